import fc from 'fast-check';

/** A conversation as data: the actions of all parties, and their times. All times in ms. */
export interface Plan {
  /** The user's actions, in order. */
  readonly sounds: readonly Sound[];
  /** How long the microphone stays open after the last of it. */
  readonly tailMs: number;
  /** When the call is hung up; it runs to its end where this is undefined. */
  readonly hangUpAt: number | undefined;
  /** When speech-to-text breaks for good. */
  readonly sttFailsAt: number | undefined;
  /** The model's behaviour for each request in turn, over and over. */
  readonly answers: readonly Answer[];
  /** The behaviour of text-to-speech for each text in turn, over and over. */
  readonly voices: readonly Voice[];
  /** Whether text-to-speech takes whole replies, as they are written. */
  readonly streams: boolean;
  /** The output's behaviour for each reply in turn, over and over. */
  readonly outputs: readonly Speaker[];
  readonly maxMs: number;
  readonly ahead: number;
  readonly leadMs: number;
}

/** Something the user says, or a noise, and how the engine hears it. */
export interface Sound {
  /** The silence before it. */
  readonly afterMs: number;
  readonly forMs: number;
  /** None for a noise. */
  readonly words: number;
  /** Words with a meaning for turn-taking: a listener's back-channel, or an interruption. */
  readonly phrase: 'okay' | 'stop' | undefined;
  readonly noticedMs: number;
  readonly finalMs: number;
  readonly endpointingMs: number;
}

/** The fault of an engine: it errors, it throws as it is called, or nothing comes any more. */
export type Fault = 'error' | 'throw' | 'hang';

export interface Answer {
  readonly firstTokenMs: number;
  readonly tokenMs: number;
  /** The words of each sentence. */
  readonly sentences: readonly number[];
  readonly fault: Fault | undefined;
  /** How many tokens come before the fault. */
  readonly faultAfter: number;
}

export interface Voice {
  readonly firstAudioMs: number;
  readonly msPerCharacter: number;
  /** From frame to frame; 0 for all of them at once. */
  readonly frameEveryMs: number;
  readonly fault: Fault | undefined;
  /** How many frames come before the fault. */
  readonly faultAfter: number;
}

export interface Speaker {
  /** Whether it reports the heard audio, or leaves it to the clock. */
  readonly reports: boolean;
  readonly fault: Fault | undefined;
  /** How many frames it takes before the fault. */
  readonly faultAfter: number;
}

const ms = (max: number, min = 0): fc.Arbitrary<number> => fc.integer({ min, max });
/** Mostly nothing; one time in `oneIn` something. */
const rarely = <Value>(arbitrary: fc.Arbitrary<Value>, oneIn = 12): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: arbitrary });
const fault: fc.Arbitrary<Fault | undefined> = rarely(fc.constantFrom<Fault[]>('error', 'throw', 'hang'));

const sound: fc.Arbitrary<Sound> = fc.record({
  afterMs: fc.oneof(ms(400), ms(5_000)),
  forMs: fc.oneof(ms(300, 20), ms(3_000, 20)),
  words: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: ms(6, 1) }),
  phrase: rarely(fc.constantFrom<('okay' | 'stop')[]>('okay', 'stop'), 8),
  noticedMs: ms(300),
  finalMs: ms(600),
  endpointingMs: ms(1_000),
});

const answer: fc.Arbitrary<Answer> = fc.record({
  firstTokenMs: fc.oneof(fc.constant(0), ms(1_500)),
  tokenMs: fc.oneof(fc.constant(0), ms(30), ms(900)),
  sentences: fc.array(ms(9, 1), { maxLength: 4 }),
  fault,
  faultAfter: ms(20),
});

const voice: fc.Arbitrary<Voice> = fc.record({
  firstAudioMs: fc.oneof(fc.constant(0), ms(900)),
  msPerCharacter: ms(80),
  frameEveryMs: fc.oneof(fc.constant(0), ms(15, 1), ms(60, 15)),
  fault,
  faultAfter: ms(60),
});

const speaker: fc.Arbitrary<Speaker> = fc.record({
  reports: fc.boolean(),
  fault: rarely(fc.constantFrom<Fault[]>('error', 'throw', 'hang'), 20),
  faultAfter: ms(150),
});

/** Any conversation. */
export const plan: fc.Arbitrary<Plan> = fc.record({
  sounds: fc.array(sound, { minLength: 1, maxLength: 7 }),
  tailMs: ms(8_000),
  hangUpAt: rarely(ms(20_000), 4),
  sttFailsAt: rarely(ms(15_000), 15),
  answers: fc.array(answer, { minLength: 1, maxLength: 4 }),
  voices: fc.array(voice, { minLength: 1, maxLength: 5 }),
  streams: fc.boolean(),
  outputs: fc.array(speaker, { minLength: 1, maxLength: 3 }),
  maxMs: fc.constantFrom(20_000, 2_000, Infinity),
  ahead: fc.constantFrom(1, 0, 3),
  leadMs: fc.constantFrom(200, 0, 60),
});
