import { tap } from 'rxjs';
import type { Stt } from '../../stt/transcript.ts';
import { energyStt } from '../energyStt.ts';
import { scriptedStt } from '../scriptedStt.ts';
import type { DeepgramServerOptions } from './deepgramOptions.ts';

const something = ['Hello.', 'What time is it?', 'Tell me a joke.', 'What is seven times six?', 'Goodbye.'];

/** What hears for all connections of a server, so that lines go on from one to the next. */
export class Ear {
  #connections = 0;
  #line = 0;

  /** The engine for the next connection, given the silence after which it is to tell an end. */
  next({ stt, script, lines = something }: DeepgramServerOptions, silenceMs: number): Stt {
    const connection = ++this.#connections;
    if (stt) return stt({ silenceMs });
    if (script) {
      const speeches = typeof script === 'function' ? script(connection) : script;
      return scriptedStt(
        speeches.map(speech => ({
          ...speech,
          endpointingMs: speech.endpointingMs ?? silenceMs,
          finalMs: speech.finalMs ?? speech.endpointingMs ?? silenceMs,
        })),
      );
    }
    const lineOf = typeof lines === 'function' ? lines : (index: number) => lines[index % lines.length] ?? '';
    const engine = energyStt(() => lineOf(this.#line), { silenceMs });
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
