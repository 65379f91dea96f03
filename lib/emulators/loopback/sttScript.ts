import { tap } from 'rxjs';
import type { Stt } from '../../stt/stt.ts';
import { energyStt } from '../../testing/energyStt.ts';
import { type ScriptedSpeech, scriptedStt } from '../../testing/scriptedStt.ts';

const something = ['Hello.', 'What time is it?', 'Make me laugh.', 'What is seven times six?', 'Goodbye.'];

/** The transcripts of a loopback server that hears. */
export interface HeardOptions {
  /**
   * Speech that is heard, in the time of each connection's audio, whatever the audio is; or a script for the n-th connection
   * (from 1). `endpointingMs` is the client's unless the script has its own.
   */
  readonly script?: readonly ScriptedSpeech[] | ((connection: number) => readonly ScriptedSpeech[]);
  /** Without a script, the transcript of each utterance (detected by loudness): the next line, or the n-th from 0. */
  readonly lines?: readonly string[] | ((index: number) => string);
  /** Hears the audio itself: an engine, given the silence after which the client wants an end. Goes before the others. */
  readonly stt?: (options: { readonly silenceMs: number }) => Stt;
}

/** How an engine is to listen. */
export interface ScriptTiming {
  /** Silence after which an utterance ends, ms. */
  readonly silenceMs: number;
  /** The same for scripts, whose pauses are certain. Default `silenceMs`. */
  readonly scriptSilenceMs?: number;
  /** Silence after which an utterance may have ended, ms. */
  readonly eagerMs?: number | undefined;
}

/** The engines of one connection: one for each part of its audio, from `fromMs` on. Default: from the start. */
export type ConnectionStt = (timing: ScriptTiming, fromMs?: number) => Stt;

/** The speech-to-text engines of all connections of a server: a script goes on from one connection to the next. */
export class SttScript {
  #connections = 0;
  #line = 0;

  /** The engine for the next connection. */
  next(options: HeardOptions, timing: ScriptTiming): Stt {
    return this.open(options)(timing);
  }

  /** The engines for the next connection. */
  open({ stt, script, lines = something }: HeardOptions): ConnectionStt {
    const connection = ++this.#connections;
    return ({ silenceMs, scriptSilenceMs = silenceMs, eagerMs = Infinity }, fromMs = 0) => {
      if (stt) return stt({ silenceMs });
      if (script) {
        const speeches = typeof script === 'function' ? script(connection) : script;
        return scriptedStt(
          speeches
            .filter(({ from }) => from >= fromMs)
            .map(speech => {
              const endpointingMs = speech.endpointingMs ?? scriptSilenceMs;
              return {
                ...speech,
                from: speech.from - fromMs,
                to: speech.to - fromMs,
                endpointingMs,
                finalMs: speech.finalMs ?? endpointingMs,
              };
            }),
        );
      }
      const lineOf =
        typeof lines === 'function' ? lines : (index: number) => lines[index % lines.length] ?? '';
      const engine = energyStt(() => lineOf(this.#line), { silenceMs, eagerMs });
      return audio$ =>
        audio$.pipe(
          engine,
          // A line cut short by a lost connection is repeated on the next one.
          tap(({ type }) => {
            if (type === 'utteranceEnd') this.#line++;
          }),
        );
    };
  }
}
