import { tap } from 'rxjs';
import type { Stt } from '../../stt/stt.ts';
import { energyStt } from '../../testing/energyStt.ts';
import { scriptedStt } from '../../testing/scriptedStt.ts';
import type { DeepgramServerOptions } from './deepgramOptions.ts';

const something = ['Hello.', 'What time is it?', 'Make me laugh.', 'What is seven times six?', 'Goodbye.'];

/** How an engine is to listen. */
export interface ScriptTiming {
  /** Silence after which an utterance ends, ms. */
  readonly silenceMs: number;
  /** The same for scripts, whose pauses are certain. Default `silenceMs`. */
  readonly scriptSilenceMs?: number;
  /** Silence after which an utterance may have ended, ms. */
  readonly eagerMs?: number | undefined;
}

/** The speech-to-text engines of all connections of a server: a script goes on from one connection to the next. */
export class SttScript {
  #connections = 0;
  #line = 0;

  /** The engine for the next connection. */
  next(
    { stt, script, lines = something }: DeepgramServerOptions,
    { silenceMs, scriptSilenceMs = silenceMs, eagerMs = Infinity }: ScriptTiming,
  ): Stt {
    const connection = ++this.#connections;
    if (stt) return stt({ silenceMs });
    if (script) {
      const speeches = typeof script === 'function' ? script(connection) : script;
      return scriptedStt(
        speeches.map(speech => {
          const endpointingMs = speech.endpointingMs ?? scriptSilenceMs;
          return { ...speech, endpointingMs, finalMs: speech.finalMs ?? endpointingMs };
        }),
      );
    }
    const lineOf = typeof lines === 'function' ? lines : (index: number) => lines[index % lines.length] ?? '';
    const engine = energyStt(() => lineOf(this.#line), { silenceMs, eagerMs });
    return audio$ =>
      audio$.pipe(
        engine,
        // A line cut short by a lost connection is repeated on the next one.
        tap(({ type }) => {
          if (type === 'utteranceEnd') this.#line++;
        }),
      );
  }
}
