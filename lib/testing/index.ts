/** What you need to test your own bot: scripted engines and virtual time. */
export { scriptedInput } from './scriptedInput.ts';
export { scriptedLlm, type ScriptedLlmOptions } from './scriptedLlm.ts';
export { scriptedStt, type ScriptedSpeech } from './scriptedStt.ts';
export { scriptedTts, type ScriptedTtsOptions } from './scriptedTts.ts';
export { virtualTime, type VirtualRun, type VirtualTimeOptions } from './virtualTime.ts';
