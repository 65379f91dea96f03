/** Microphones and loudspeakers. Importing this loads nothing native; devices are opened when they are subscribed. */
export type { AudioBackend } from './backends.ts';
export {
  type AudioBackendCode,
  AudioBackendError,
  type AudioBackendErrorOptions,
} from './audioBackendError.ts';
export type { AudioDevice, DeviceKind } from './audioDevice.ts';
export { audioBackends, audioDevices, type AudioDevices, type BackendReport } from './audioDevices.ts';
export { type Microphone, microphone, type MicrophoneOptions } from './microphone.ts';
export { type Speaker, speaker, type SpeakerOptions } from './speaker.ts';
