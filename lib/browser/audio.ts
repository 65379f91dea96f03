import {
  defer,
  finalize,
  fromEvent,
  ignoreElements,
  map,
  merge,
  mergeMap,
  Observable,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { CallError, microphoneError } from './callError.ts';
import type { FromMicrophone, FromSpeaker, ToSpeaker } from './worklet/messages.ts';

/** The bundled source of the worklet's processors; put in by the build. */
declare const __WORKLET__: string;

/** How long the browser's audio may take to start, ms. Firefox waits for a loudspeaker indefinitely. */
const startsWithin = 10_000;

/** The browser's audio, ready: it must be asked for while a click is handled, or the browser keeps it silent. */
export const audioContext = (workletUrl: string | undefined): Observable<AudioContext> =>
  new Observable(subscriber => {
    // Chromium has the class on insecure pages too, but not `audioWorklet`, which loads its code.
    const worklets =
      'AudioWorkletNode' in globalThis &&
      'AudioContext' in globalThis &&
      'audioWorklet' in AudioContext.prototype;
    if (!worklets) {
      return subscriber.error(
        isSecureContext
          ? new CallError('unsupported', 'This browser has no AudioWorklet.')
          : new CallError('insecure', 'Browsers give a microphone to pages over https or of localhost only.'),
      );
    }
    const context = new AudioContext({ latencyHint: 'interactive' });
    const blobUrl = workletUrl ?? URL.createObjectURL(new Blob([__WORKLET__], { type: 'text/javascript' }));
    const ready = Promise.all([context.audioWorklet.addModule(blobUrl), context.resume()]);
    const waiting = timer(startsWithin).subscribe(() =>
      subscriber.error(
        new CallError('audioFailed', 'The browser’s audio does not start. Is there a loudspeaker?'),
      ),
    );
    subscriber.add(waiting);
    ready.then(
      () => {
        waiting.unsubscribe();
        subscriber.next(context);
      },
      (cause: unknown) =>
        subscriber.error(new CallError('unsupported', 'The browser’s audio could not be started.', cause)),
    );
    return () => {
      if (workletUrl === undefined) URL.revokeObjectURL(blobUrl);
      void context.close();
    };
  });

/**
 * The audio of a microphone, in frames of 20 ms. Muting does not end it; unplugging the device does, with
 * {@link Unplugged}.
 */
export const microphone = (
  context: AudioContext,
  stream: MediaStream,
  muted$: Observable<boolean>,
): Observable<FromMicrophone> =>
  defer(() => {
    const [track] = stream.getAudioTracks();
    const source = context.createMediaStreamSource(stream);
    const node = new AudioWorkletNode(context, 'rxvoice-microphone', { numberOfOutputs: 0 });
    source.connect(node);
    node.port.start();
    return merge(
      muted$.pipe(
        tap(muted => (track!.enabled = !muted)),
        ignoreElements(),
      ),
      fromEvent<MessageEvent<FromMicrophone>>(node.port, 'message').pipe(map(({ data }) => data)),
      fromEvent(track!, 'ended').pipe(mergeMap(() => throwError(() => new Unplugged()))),
    ).pipe(
      finalize(() => {
        source.disconnect();
        node.port.close();
      }),
    );
  }).pipe(finalize(() => stop(stream)));

/** The device went away while it was used. */
export class Unplugged extends Error {}

const stop = (stream: MediaStream): void => stream.getTracks().forEach(track => track.stop());

/**
 * A microphone, with the browser's echo cancellation, noise suppression and gain control; the caller of this function
 * must stop it.
 */
export const openMicrophone = (device?: string): Observable<MediaStream> =>
  new Observable(subscriber => {
    // TypeScript thinks it is always there; on insecure pages it is not.
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined)
      return subscriber.error(
        new CallError('insecure', 'Browsers give a microphone to pages over https or of localhost only.'),
      );
    devices
      .getUserMedia({
        audio: {
          echoCancellation: true,
          noiseSuppression: true,
          autoGainControl: true,
          channelCount: 1,
          ...(device !== undefined && { deviceId: { exact: device } }),
        },
      })
      .then(
        stream => {
          if (subscriber.closed) return stop(stream);
          subscriber.next(stream);
          subscriber.complete();
        },
        (cause: unknown) => subscriber.error(microphoneError(cause)),
      );
  });

/** The loudspeaker: its commands and its reports. */
export interface Speaker {
  readonly tell: (message: ToSpeaker) => void;
  readonly report$: Observable<FromSpeaker>;
  /** How long after it was played a sample is heard, ms. */
  readonly latencyMs: () => number;
}

/**
 * Approximate latency of Firefox's sound card, ms. Reading it is dangerous: on Linux with PulseAudio Firefox 153 often never
 * came back from `outputLatency`, probably waiting for its audio thread, and the page froze.
 */
const firefoxLatencyMs = 40;

const latencyMs = (context: AudioContext): number =>
  navigator.userAgent.includes('Firefox/')
    ? firefoxLatencyMs
    : (context.outputLatency || context.baseLatency || 0) * 1000;

/** The loudspeaker, while it is subscribed. */
export const speaker = (context: AudioContext): Observable<Speaker> =>
  defer(() => {
    const node = new AudioWorkletNode(context, 'rxvoice-speaker', {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    node.connect(context.destination);
    node.port.start();
    const ready: Speaker = {
      tell: message =>
        node.port.postMessage(message, message.type === 'audio' ? [message.pcm.buffer as ArrayBuffer] : []),
      report$: fromEvent<MessageEvent<FromSpeaker>>(node.port, 'message').pipe(map(({ data }) => data)),
      latencyMs: () => latencyMs(context),
    };
    return new Observable<Speaker>(subscriber => {
      subscriber.next(ready);
      return () => {
        node.disconnect();
        node.port.close();
      };
    });
  });

/** Chooses where it is heard, where the browser can. */
export const useSink = (context: AudioContext, device: string): void => {
  const { setSinkId } = context as { setSinkId?: (device: string) => Promise<void> };
  void setSinkId?.call(context, device).catch(() => undefined); // one that is gone: the default goes on
};
