import type { Answer, Plan, Sound, Speaker, Voice } from './plan.ts';

const sound: Sound = {
  afterMs: 0,
  forMs: 20,
  words: 1,
  phrase: undefined,
  noticedMs: 0,
  finalMs: 0,
  endpointingMs: 0,
};
const answer: Answer = { firstTokenMs: 0, tokenMs: 0, sentences: [1], fault: undefined, faultAfter: 0 };
const voice: Voice = { firstAudioMs: 0, msPerCharacter: 0, frameEveryMs: 1, fault: undefined, faultAfter: 0 };
const speaker: Speaker = { reports: false, fault: undefined, faultAfter: 0 };
const plan: Plan = {
  sounds: [sound],
  tailMs: 0,
  hangUpAt: undefined,
  sttFailsAt: undefined,
  answers: [answer],
  voices: [voice],
  streams: false,
  outputs: [speaker],
  maxMs: 20_000,
  ahead: 1,
  leadMs: 200,
};

/** Conversations that once broke a law, as small as they could be made. */
export const found: Readonly<Record<string, Plan>> = {
  'a negative figure for speech-to-text, after a noise behind the last words': {
    ...plan,
    sounds: [sound, { ...sound, words: 0 }],
    answers: [{ ...answer, sentences: [] }],
  },
  'a frame lost in a pause, when the output tells late what was heard': {
    ...plan,
    sounds: [
      sound,
      { ...sound, afterMs: 1, finalMs: 280 },
      { ...sound, afterMs: 256, words: 0, noticedMs: 244 },
    ],
    tailMs: 233,
    answers: [{ ...answer, sentences: [1, 1] }],
    voices: [
      voice,
      voice,
      { ...voice, firstAudioMs: 140, msPerCharacter: 1, frameEveryMs: 15 },
      { ...voice, msPerCharacter: 25, frameEveryMs: 0 },
    ],
    outputs: [{ ...speaker, reports: true }],
  },
};
