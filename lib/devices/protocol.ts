import type { AudioDevice, DeviceKind } from './audioDevice.ts';
import type { AudioBackendCode } from './audioBackendError.ts';

/** A request to an audio host. Requests and sound share one channel, so they stay in order. */
export type HostRequest =
  /** List the devices. */
  | { readonly type: 'list' }
  /** Open a device; once in the life of a host. */
  | {
      readonly type: 'open';
      readonly kind: DeviceKind;
      readonly device: string | undefined;
      readonly sampleRate: number;
    }
  /** Play this after the waiting audio: `s16le` at the rate of the opened device. */
  | { readonly type: 'play'; readonly pcm: Uint8Array };

/** A message of an audio host. */
export type HostMessage =
  | { readonly type: 'devices'; readonly devices: readonly AudioDevice[] }
  /** The device is open, at this rate (Hz): not all can have the one that was asked for. */
  | { readonly type: 'opened'; readonly device: string; readonly sampleRate: number }
  /** A request failed. */
  | { readonly type: 'failed'; readonly code: AudioBackendCode; readonly reason: string }
  /** An open device has ended or failed. */
  | { readonly type: 'lost'; readonly reason: string }
  /** 20 ms of `s16le`, the system's monotonic clock when they came (ms), and how many frames were lost before them. */
  | { readonly type: 'audio'; readonly pcm: Uint8Array; readonly at: number; readonly dropped: number }
  /** The loudspeaker is alive; this many samples of its audio were heard. */
  | { readonly type: 'tick'; readonly heard: number };

/** The parameters for opening a device in a host. */
export interface OpenOptions {
  readonly device: string | undefined;
  readonly sampleRate: number;
}

/** An open microphone, in a host. */
export interface OpenMicrophone {
  readonly device: string;
  readonly sampleRate: number;
}

/** An open loudspeaker, in a host. */
export interface OpenSpeaker {
  readonly device: string;
  readonly sampleRate: number;
  /** From the moment `write` has settled until the end of that chunk is heard, ms. */
  readonly latencyMs: number;
  /** Takes 20 ms; settles when it wants the next. The device's own clock, that is. */
  write(chunk: Uint8Array): Promise<void>;
}

/** How a host reaches devices: the common form of all backends. */
export interface HostBackend {
  list(): Promise<readonly AudioDevice[]>;
  microphone(
    options: OpenOptions,
    audio: (bytes: Uint8Array) => void,
    lost: (reason: string) => void,
  ): Promise<OpenMicrophone>;
  speaker(options: OpenOptions, lost: (reason: string) => void): Promise<OpenSpeaker>;
}
