/** The uuid that every voice here has. */
export const voiceUuid = 'b3e47c20-9f81-4a2e-bd15-8d7c6e2a1f09';
