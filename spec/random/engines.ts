import { concat, concatMap, defer, EMPTY, from, map, mergeMap, NEVER } from 'rxjs';
import { type Observable, of, range, take, throwError, timer } from 'rxjs';
import { type AudioFrame, frameMs, silence } from '../../lib/audio/frame.ts';
import type { Output } from '../../lib/audio/output.ts';
import { toOutput } from '../../lib/audio/toOutput.ts';
import type { Llm } from '../../lib/llm/message.ts';
import type { Stt, SttEvent } from '../../lib/stt/stt.ts';
import type { Tts } from '../../lib/tts/tts.ts';
import type { Answer, Fault, Plan, Voice } from './plan.ts';

/** The error of everything that breaks. */
export const broken = (stage: string): Error => new Error(`the ${stage} broke`);

const failing = (fault: Fault, stage: string): Observable<never> =>
  fault === 'hang' ? NEVER : throwError(() => broken(stage));

/** One after the other, over and over. */
const inTurn = <Value>(values: readonly Value[]): (() => Value) => {
  let next = 0;
  return () => values[next++ % values.length]!;
};

/** When the user's sounds are, ms of the input's audio. */
export function placed({ sounds }: Plan) {
  let to = 0;
  let word = 0;
  return sounds.map(sound => {
    const from = to + sound.afterMs;
    to = from + sound.forMs;
    const words = Array.from({ length: sound.words }, () => `w${word++}`);
    if (sound.phrase !== undefined && words.length > 0) words.splice(0, words.length, sound.phrase);
    return { ...sound, from, to, spoken: words };
  });
}

/** Speech-to-text as a good engine does it: an utterance goes on when the next sound comes before it is over. */
export function stt(plan: Plan): Stt {
  const steps = transcripts(plan);
  return frame$ =>
    defer(() => {
      let next = 0;
      let at = 0;
      const due = (): Observable<SttEvent> => {
        if (plan.sttFailsAt !== undefined && at >= plan.sttFailsAt) return throwError(() => broken('stt'));
        const first = next;
        while (next < steps.length && steps[next]!.at <= at) next += 1;
        return from(steps.slice(first, next).map(({ transcript }) => transcript));
      };
      return concat(
        frame$.pipe(
          mergeMap(frame => {
            at += frameMs(frame);
            return due();
          }),
        ),
        // The input is over: started sounds are finished.
        defer(() =>
          from(
            steps
              .slice(next)
              .filter(({ from: begun }) => begun < at)
              .map(({ transcript }) => transcript),
          ),
        ),
      );
    });
}

interface Step {
  readonly at: number;
  /** Where its subject begins in the audio. */
  readonly from: number;
  readonly transcript: SttEvent;
}

/** The engine's events and their times, in order: the words of a sound are final before the next is reported. */
function transcripts(plan: Plan): Step[] {
  const steps: Step[] = [];
  let now = 0;
  const sounds = placed(plan);
  sounds.forEach(({ from, to, spoken, forMs, noticedMs, finalMs, endpointingMs }, index) => {
    const tell = (at: number, transcript: SttEvent): unknown =>
      steps.push({ at: (now = Math.max(now, at)), from, transcript });
    tell(from + noticedMs, { type: 'speechStart', at: from });
    spoken.forEach((_, word) =>
      tell(from + ((word + 1) * forMs) / spoken.length, {
        type: 'interim',
        text: spoken.slice(0, word + 1).join(' '),
      }),
    );
    if (spoken.length > 0) tell(to + finalMs, { type: 'final', text: spoken.join(' '), end: to });
    const overAt = Math.max(now, to + endpointingMs);
    const next = sounds[index + 1];
    const goesOn = next !== undefined && next.from + next.noticedMs <= overAt;
    if (!goesOn) tell(overAt, { type: 'utteranceEnd', end: to });
  });
  return steps;
}

/** The model's tokens: each a word. */
export const tokensOf = ({ sentences }: Answer, request: number): string[] =>
  sentences.flatMap((words, sentence) =>
    Array.from({ length: words }, (_, word) => {
      const name = word === 0 ? `Word` : 'word';
      const end = word === words - 1 ? '.' : '';
      return `${sentence + word === 0 ? '' : ' '}${name}${letters(request)}${letters(sentence)}${letters(word)}${end}`;
    }),
  );

/** A number in letters, so that no rule about numbers applies. */
const letters = (value: number): string =>
  String(value).replace(/\d/gu, digit => 'abcdefghij'[Number(digit)]!);

export function llm({ answers }: Plan): Llm {
  const next = inTurn(answers);
  let request = 0;
  return () => {
    const answer = next();
    const tokens = tokensOf(answer, request++);
    const { fault, faultAfter, firstTokenMs, tokenMs } = answer;
    if (fault === 'throw') throw broken('llm');
    const token$ = from(fault === undefined ? tokens : tokens.slice(0, faultAfter)).pipe(
      concatMap((text, index) =>
        after(index === 0 ? firstTokenMs : tokenMs).pipe(map(() => ({ type: 'token', text }) as const)),
      ),
    );
    return fault === undefined ? token$ : concat(token$, failing(fault, 'llm'));
  };
}

/** After this many ms; at once for 0. */
const after = (ms: number): Observable<unknown> => (ms === 0 ? of(0) : timer(ms));

export function tts({ voices, streams }: Plan): Tts {
  const next = inTurn(voices);
  const sentence = (text: string): Observable<AudioFrame> => spoken(next(), text);
  if (!streams) return sentence;
  return Object.assign(sentence, {
    stream: (text$: Observable<string>) => {
      const voice = next();
      if (voice.fault === 'throw') throw broken('tts');
      return text$.pipe(concatMap(text => spoken(voice, text)));
    },
  });
}

function spoken(voice: Voice, text: string): Observable<AudioFrame> {
  const { fault, faultAfter, firstAudioMs, msPerCharacter, frameEveryMs } = voice;
  if (fault === 'throw') throw broken('tts');
  const frames = Math.ceil((text.length * msPerCharacter) / 20);
  const frame$ = range(0, frames).pipe(
    concatMap((_, index) => after(index === 0 ? firstAudioMs : frameEveryMs)),
    map(() => frame),
  );
  return fault === undefined ? frame$ : concat(frame$.pipe(take(faultAfter)), failing(fault, 'tts'));
}

const frame = silence();

export function output({ outputs }: Plan): Output {
  const next = inTurn(outputs);
  return speech$ => {
    const { reports, fault, faultAfter } = next();
    if (fault === 'throw') throw broken('output');
    const playing$ = fault === undefined ? speech$ : breaking(speech$, fault, faultAfter);
    return reports ? reporting(playing$) : toOutput({ write: () => undefined })(playing$);
  };
}

const breaking = (speech$: Observable<AudioFrame>, fault: Fault, after: number): Observable<AudioFrame> => {
  let frames = 0;
  return concat(
    speech$.pipe(
      mergeMap(frame =>
        frames++ < after ? of(frame) : failing(fault === 'throw' ? 'error' : fault, 'output'),
      ),
    ),
    fault === 'hang' ? NEVER : EMPTY,
  );
};

/** Plays a frame when the one before is over, 40 ms late, and reports it. */
const reporting: Output = speech$ =>
  defer(() => {
    let playedMs = 0;
    return speech$.pipe(
      concatMap((frame, index) =>
        timer(index === 0 ? 40 + frameMs(frame) : frameMs(frame)).pipe(
          map(() => ({ playedMs: (playedMs += frameMs(frame)) })),
        ),
      ),
    );
  });
