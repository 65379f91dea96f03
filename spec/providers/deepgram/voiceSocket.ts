import { asyncScheduler, NEVER, Subject } from 'rxjs';
import { RxvoiceError } from '../../../lib/errors.ts';
import type { Notice } from '../../../lib/engine.ts';
import type { Incoming, OpenSocket, ServerMessage } from '../../../lib/providers/socket/wire.ts';

/** A voice that receives its connection. */
interface Voice<Socket> {
  readonly connected: (open: OpenSocket<Socket>) => void;
  readonly lost: (reason: RxvoiceError) => void;
}

/** The other end of a voice's socket, in virtual time: records the messages it receives, and sends scripted ones. */
export class VoiceSocket {
  readonly sent: (string | number)[][] = [];
  readonly notices: Notice[] = [];
  readonly failures: string[] = [];
  readonly line$ = NEVER;
  #message$ = new Subject<Incoming>();
  #voice: Voice<never> | undefined;

  /** Connects the voice. */
  open(voice: Voice<never>): void {
    this.#voice = voice;
    this.#message$ = new Subject();
    const note =
      (...fields: string[]) =>
      (message: Record<string, unknown>): void => {
        this.sent.push([
          asyncScheduler.now(),
          message['type'] as string,
          ...fields.map(field => message[field] as string),
        ]);
      };
    const socket = {
      connect: () => undefined,
      close: () => undefined,
      sendText: note('text'),
      sendSpeak: note('text'),
      sendFlush: note(),
      sendClear: note(),
      sendInterrupt: (message: { type: string; playback_offset: { value: number } }) =>
        this.sent.push([asyncScheduler.now(), message.type, message.playback_offset.value]),
    };
    voice.connected({
      socket: socket as never,
      message$: this.#message$,
      sendBytes: () => undefined,
      openMs: 0,
      end: () => undefined,
      fail: error => {
        this.failures.push(error.message);
        this.lose(error);
      },
    });
  }

  lose(reason = new RxvoiceError('Lost.', { stage: 'tts', retryable: true })): void {
    this.#message$.complete();
    this.#voice?.lost(reason);
  }

  /** Audio of a given length with one value for every sample. */
  audio(ms: number, sample: number): void {
    this.#message$.next(new Uint8Array(new Int16Array(ms * 8).fill(sample).buffer));
  }

  say(...messages: (string | ServerMessage)[]): void {
    for (const message of messages)
      this.#message$.next(typeof message === 'string' ? { type: message } : message);
  }
}
