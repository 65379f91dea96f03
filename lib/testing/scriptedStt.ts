import { concat, defer, mergeMap } from 'rxjs';
import { frameMs } from '../audio/frame.ts';
import type { Stt, SttEvent } from '../stt/stt.ts';

/** Something a user says, and how an engine hears it. Times are ms of the input's audio. */
export interface ScriptedSpeech {
  /** Where the voice begins. */
  readonly from: number;
  /** Where it ends. */
  readonly to: number;
  /** The recognised words; empty for a noise. Interims grow word by word while it is said. */
  readonly text: string;
  /** How long after `from` the engine notices the voice. Default 100. */
  readonly noticedMs?: number;
  /** How long after `to` the final transcript comes. Default 100. */
  readonly finalMs?: number;
  /** How long after `to` the engine is sure that the user stopped. Default 300. */
  readonly endpointingMs?: number;
}

/**
 * A speech-to-text engine that emits a script, whatever the audio is: each event when that much
 * audio has come. When the audio completes, a started utterance is finished.
 *
 * @example
 * scriptedStt([{ from: 500, to: 1_500, text: 'What is the weather?' }])
 */
export const scriptedStt =
  (script: readonly ScriptedSpeech[]): Stt =>
  frame$ =>
    defer(() => {
      const steps = script.flatMap(stepsOf).sort((a, b) => a.at - b.at);
      let positionMs = 0;
      const due = (): SttEvent[] => {
        const count = steps.findIndex(({ at }) => at > positionMs + 1e-6);
        return steps.splice(0, count === -1 ? steps.length : count).map(({ transcript }) => transcript);
      };
      return concat(
        frame$.pipe(
          mergeMap(frame => {
            positionMs += frameMs(frame);
            return due();
          }),
        ),
        defer(() => steps.filter(({ from }) => from < positionMs).map(({ transcript }) => transcript)),
      );
    });

interface Step {
  readonly at: number;
  readonly from: number;
  readonly transcript: SttEvent;
}

function stepsOf(speech: ScriptedSpeech): Step[] {
  const { from, to, text, noticedMs = 100, finalMs = 100, endpointingMs = 300 } = speech;
  const words = text === '' ? [] : text.split(' ');
  const wordMs = (to - from) / words.length;
  // Speech that is detected late is emitted late, and so are its words.
  const noticedAt = from + noticedMs;
  const heardAt = words.map((_, index) => Math.max(noticedAt, from + (index + 1) * wordMs));
  const finalAt = Math.max(to + finalMs, heardAt.at(-1) ?? noticedAt);
  const step = (at: number, transcript: SttEvent): Step => ({ at, from, transcript });
  return [
    step(noticedAt, { type: 'speechStart', at: from }),
    ...heardAt.map((at, index) => step(at, { type: 'interim', text: words.slice(0, index + 1).join(' ') })),
    ...(text === '' ? [] : [step(finalAt, { type: 'final', text, end: to })]),
    step(Math.max(finalAt, to + endpointingMs), { type: 'utteranceEnd', end: to }),
  ];
}
