import {
  concat,
  debounceTime,
  defer,
  delay,
  filter,
  merge,
  type Observable,
  of,
  startWith,
  switchMap,
  take,
  takeUntil,
  timer,
} from 'rxjs';
import { paced, Playhead, reframe, silence } from '../../lib/audio/index.ts';
import { type AudioFrame, type ConversationEvent, ofType } from '../../lib/index.ts';
import type { ScriptLine } from './script.ts';

/** Before the first word, and after each of the bot's replies, ms. */
const firstPauseMs = 500;
const pauseMs = 700;
/** How far into the bot's second sentence it is interrupted, ms. */
const interruptAfterMs = 900;
/** No cue is longer in coming, ms. */
const longestPauseMs = 300_000;
/** A bot that stays silent this long is answered anyway, ms. */
const patienceMs = 20_000;

/**
 * A scripted caller: frames in real time, silence until its turn and then its next line, cued by the
 * conversation's events. Hangs up after the last reply.
 */
export const caller = (
  script: readonly ScriptLine[],
  event$: Observable<ConversationEvent>,
  onLine: (line: ScriptLine) => void = () => undefined,
): Observable<AudioFrame> =>
  defer(() => {
    // One clock for all of it, like a microphone's: delays do not add up.
    const playhead = new Playhead();
    const say = (audio$: Observable<AudioFrame>): Observable<AudioFrame> =>
      audio$.pipe(reframe(), paced({ playhead }));
    const quietUntil = (cue$: Observable<unknown>): Observable<AudioFrame> =>
      say(of(silence(longestPauseMs))).pipe(takeUntil(cue$));
    return concat(
      ...script.map((line, index) =>
        concat(
          quietUntil(index === 0 ? timer(firstPauseMs) : cue(line, event$)),
          defer(() => {
            onLine(line);
            return say(of(line.clip()));
          }),
        ),
      ),
      quietUntil(replied(event$)),
    );
  });

const cue = ({ cue: when }: ScriptLine, event$: Observable<ConversationEvent>): Observable<unknown> =>
  when === 'turn'
    ? replied(event$)
    : merge(
        event$.pipe(
          ofType('bot.speaking'),
          filter(({ sentence }) => sentence >= 1),
          take(1),
          delay(interruptAfterMs),
        ),
        replied(event$),
      );

/** The bot has finished, and the caller has taken a breath; or nothing at all has happened for too long. */
const replied = (event$: Observable<ConversationEvent>): Observable<unknown> =>
  merge(
    event$.pipe(ofType('bot.spoke', 'turn.failed', 'user.noise')),
    event$.pipe(startWith(undefined), debounceTime(patienceMs)),
  ).pipe(switchMap(() => timer(pauseMs)));
