import { concat, defer, ignoreElements, map, type Observable, of, timer } from 'rxjs';
import { binary, type ServerFrame } from '../loopback/frames.ts';
import { onFirst } from '../../rx/onFirst.ts';
import { spoken, type SpokenOptions } from '../loopback/spoken.ts';

/** A text as OpenAI's PCM: chunks that end in the middle of samples. */
export const speech = (
  text: string,
  ttsMs: number,
  options: SpokenOptions,
  onSpeaking: () => void,
): Observable<ServerFrame> =>
  concat(timer(ttsMs).pipe(ignoreElements()), spoken(text, options).pipe(onFirst(onSpeaking), oddly));

/** Moves a byte from each chunk to the next, so that none but the first begins where a sample does. */
const oddly = (chunk$: Observable<Uint8Array>): Observable<ServerFrame> =>
  defer(() => {
    let rest: Uint8Array = new Uint8Array(0);
    return concat(
      chunk$.pipe(
        map(chunk => {
          const bytes = Buffer.concat([rest, chunk]);
          const odd = bytes.length % 2 === 0 ? bytes.length - 1 : bytes.length - 2;
          rest = bytes.subarray(odd);
          return binary(bytes.subarray(0, odd));
        }),
      ),
      defer(() => of(binary(rest))),
    );
  });
