/** Whether a device hears or is heard. */
export type DeviceKind = 'microphone' | 'speaker';

/** A microphone or loudspeaker of this machine. One that is both is listed twice. */
export interface AudioDevice {
  readonly kind: DeviceKind;
  /** The value to pass as `device`. */
  readonly name: string;
  /** Whether it is used when none is named. */
  readonly isDefault: boolean;
  /** How it is reached: ALSA, Core Audio, WASAPI, PulseAudio, … */
  readonly system: string;
}
