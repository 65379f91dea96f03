import {
  concat,
  concatMap,
  defer,
  endWith,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  type Observable,
  of,
} from 'rxjs';
import { repeat, share, startWith, switchMap, takeUntil, tap, timer, toArray } from 'rxjs';
import { type AudioFrame, frameMs, silence } from '../../audio/frame.ts';
import { paced } from '../../audio/paced.ts';
import { Playhead } from '../../audio/playhead.ts';
import { reframe } from '../../audio/reframe.ts';
import type { Stt, SttEvent } from '../../stt/stt.ts';
import type { Tts } from '../../tts/tts.ts';

/** How the caller's speech reaches the bot: an input, and an engine for an input without sound. */
export interface CallerInput {
  readonly input$: Observable<AudioFrame>;
  readonly stt?: Stt;
}

const wordMs = 300;

/** Lines as text: the input is silent, and the engine knows the words. It takes 300 ms a word. */
export function textInput(line$: Observable<string>): CallerInput {
  const shared$ = line$.pipe(share());
  const over$ = shared$.pipe(ignoreElements(), endWith(true));
  const frame = silence();
  return {
    input$: interval(20).pipe(
      map(() => frame),
      takeUntil(over$),
    ),
    stt: frame$ =>
      defer(() => {
        let position = 0;
        return merge(
          frame$.pipe(
            tap(frame => (position += frameMs(frame))),
            ignoreElements(),
          ),
          shared$.pipe(concatMap(line => said(line, () => position))),
        );
      }),
  };
}

/** Events of an engine for a line while it is spoken: the voice after 100 ms, its end after 300. */
const said = (line: string, now: () => number): Observable<SttEvent> =>
  defer(() => {
    const words = line.split(/\s+/u).filter(Boolean);
    const at = now();
    const end = at + words.length * wordMs;
    const after = (ms: number, transcript: SttEvent): Observable<SttEvent> =>
      timer(ms).pipe(map(() => transcript));
    return concat(
      after(100, { type: 'speechStart', at }),
      ...words.map((_, index) =>
        after(index === 0 ? wordMs - 100 : wordMs, {
          type: 'interim',
          text: words.slice(0, index + 1).join(' '),
        }),
      ),
      after(100, { type: 'final', text: line, end }),
      after(200, { type: 'utteranceEnd', end }),
    );
  });

/** Lines as sound, in a voice, with silence between, in real time: the bot's own engine listens. */
export const soundInput = (line$: Observable<string>, tts: Tts, sampleRate = 16_000): CallerInput => ({
  input$: defer(() => {
    const playhead = new Playhead();
    const say = (audio$: Observable<AudioFrame>): Observable<AudioFrame> =>
      audio$.pipe(reframe(), paced({ playhead }));
    const quiet$ = say(of(silence(1_000, sampleRate))).pipe(repeat());
    const shared$ = line$.pipe(share());
    const over$ = shared$.pipe(ignoreElements(), endWith(true));
    return shared$.pipe(
      // Spoken whole before it is said: a caller does not stop in the middle of a word.
      concatMap(line => tts(line).pipe(toArray())),
      map(frames => concat(say(from(frames)), quiet$)),
      startWith(quiet$),
      switchMap(sound$ => sound$),
      takeUntil(over$),
    );
  }),
});
