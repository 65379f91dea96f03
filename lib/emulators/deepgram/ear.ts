import { tap } from 'rxjs';
import type { Stt } from '../../stt/stt.ts';
import { energyStt } from '../../testing/energyStt.ts';
import { scriptedStt } from '../../testing/scriptedStt.ts';
import type { DeepgramServerOptions } from './deepgramOptions.ts';

const something = ['Hello.', 'What time is it?', 'Tell me a joke.', 'What is seven times six?', 'Goodbye.'];

/** How an engine is to listen. */
export interface Listening {
  /** Silence after which it is to tell an end, ms. */
  readonly silenceMs: number;
  /** The same for scripts, whose pauses are certain. Default `silenceMs`. */
  readonly scriptSilenceMs?: number;
  /** Silence after which it is to tell that there may be an end, ms. */
  readonly eagerMs?: number | undefined;
}

/** What hears for all connections of a server, so that lines go on from one to the next. */
export class Ear {
  #connections = 0;
  #line = 0;

  /** The engine for the next connection. */
  next(
    { stt, script, lines = something }: DeepgramServerOptions,
    { silenceMs, scriptSilenceMs = silenceMs, eagerMs = Infinity }: Listening,
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
        // What was cut short by a lost connection is said again on the next one.
        tap(({ type }) => {
          if (type === 'utteranceEnd') this.#line++;
        }),
      );
  }
}
