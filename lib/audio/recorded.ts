import { asyncScheduler, connect, defer, finalize, ignoreElements, merge, type Observable, tap } from 'rxjs';
import { wrap } from '../engine.ts';
import { type AudioFrame, frameMs } from './frame.ts';
import type { Output } from './output.ts';
import { Playhead } from './playhead.ts';
import { resample } from './resample.ts';
import type { Timeline } from './timeline.ts';

/** Records an input on a timeline as it arrives; frames pass unchanged. */
export const recordedInput = (frame$: Observable<AudioFrame>, timeline: Timeline): Observable<AudioFrame> =>
  noting(frame$, timeline.sampleRate, frame => timeline.append(frame));

/** Records an output on a timeline as it is heard, without the audio that was cut. */
export const recordedOutput = (output: Output, newTimeline: () => Timeline): Output =>
  wrap(
    output,
    output => speech$ =>
      defer(() => {
        const timeline = newTimeline();
        const playhead = new Playhead();
        let heard = false;
        const note = (frame: AudioFrame): void => {
          const now = asyncScheduler.now();
          timeline.put(frame, timeline.positionOf(playhead.dueAt(now)));
          playhead.hand(frameMs(frame), now);
        };
        return output(noting(speech$, timeline.sampleRate, note)).pipe(
          tap({ complete: () => (heard = true) }),
          finalize(() => {
            if (!heard) timeline.cut(timeline.positionOf(asyncScheduler.now()));
          }),
        );
      }),
  );

/** Passes frames unchanged, and records each at the recording's rate. */
const noting = (
  frame$: Observable<AudioFrame>,
  sampleRate: number,
  note: (frame: AudioFrame) => void,
): Observable<AudioFrame> =>
  frame$.pipe(
    connect(shared$ => merge(shared$.pipe(resample(sampleRate), tap(note), ignoreElements()), shared$)),
  );
