/** Names that every ALSA has: they convert, and end in the default device, or lead nowhere. */
const CONVERTERS = new Set([
  ...['null', 'lavrate', 'samplerate', 'speexrate', 'speex', 'upmix', 'vdownmix', 'jack', 'oss'],
]);

/**
 * The devices among ALSA's names. Without a sound card there are still names, of converters: then there is no device.
 *
 * @template {{ readonly name: string }} Device
 * @param {readonly Device[]} devices
 */
export const withoutConverters = devices =>
  devices.some(({ name }) => name === 'default' || name.includes('CARD='))
    ? devices.filter(({ name }) => !CONVERTERS.has(name))
    : [];
