import { asyncScheduler } from 'rxjs';
import { frameMs, type AudioFrame } from '../audio/frame.ts';
import type { Playback } from '../audio/output.ts';
import { Playhead } from '../audio/playhead.ts';
import { VoiceTimes } from './voiceTimes.ts';
import { wordsUntil, wordsWithin } from './wordsWithin.ts';

interface Sentence {
  text: string;
  /** The words that the voice said instead, as far as it has reported them. */
  spoken: string | undefined;
  /** Where its audio begins in the audio of the reply, ms. */
  readonly fromMs: number;
  /** How much audio the voice emitted, and how much of it went to the output, ms. */
  receivedMs: number;
  handedMs: number;
  /** Whether all of it arrived, and whether all of it went to the output. */
  received: boolean;
  handed: boolean;
  /** The words of it that the user had heard at the last query. */
  heard: string;
}

/** The longest delay of an output's report, ms; after that the clock decides. */
const lateMs = 2_000;

/** A gap this short is no silence, ms: timers are late by as much. */
const gapMs = 40;

/**
 * The ledger of one reply: its sentences, and how much of them was heard. `speak`, `handOver` and `play` write it;
 * everything else reads the audible sentence and the heard words from it.
 */
export class SpeechLedger {
  /** The loudspeaker's position, as the clock estimates it. */
  readonly playhead = new Playhead();
  readonly #times: VoiceTimes;
  readonly #sentences: Sentence[] = [];
  #reportedMs: number | undefined;
  /** How much had been heard when the output was subscribed last, ms: no report takes that back. */
  #resumedMs = 0;

  /** `times`: the call's knowledge of its voice; all its ledgers share it. */
  constructor(times: VoiceTimes = new VoiceTimes()) {
    this.#times = times;
  }

  /** The next sentence starts. */
  begin(text: string): void {
    const fromMs = this.playhead.handedMs;
    this.#sentences.push({
      text,
      spoken: undefined,
      fromMs,
      receivedMs: 0,
      handedMs: 0,
      received: false,
      handed: false,
      heard: '',
    });
  }

  /** Adds text to the sentence that began last. */
  write(text: string): void {
    this.#sentences.at(-1)!.text += text;
  }

  /** Adds audio of the sentence that began last. */
  receive(frame: AudioFrame): void {
    this.#sentences.at(-1)!.receivedMs += frameMs(frame);
  }

  /** The voice has emitted all audio of the sentence that began last. */
  receivedAll(): void {
    const sentence = this.#sentences.at(-1)!;
    sentence.received = true;
    this.#times.learn(this.#wordsOf(sentence), sentence.receivedMs);
  }

  /** Audio of the sentence that began last goes to the output, after the playhead counted it. */
  hand(frame: AudioFrame): void {
    this.#sentences.at(-1)!.handedMs += frameMs(frame);
  }

  /** All audio of the sentence that began last has gone to the output. */
  handedAll(): void {
    this.#sentences.at(-1)!.handed = true;
  }

  /**
   * The output reports how much was really heard. A report that can't be true is left out: one that is no number, that
   * takes an earlier one back, or one of audio that was not handed over.
   */
  report({ playedMs }: Playback): void {
    const reportedMs = Math.min(playedMs, this.playhead.handedMs);
    if (Number.isFinite(playedMs) && reportedMs >= (this.#reportedMs ?? this.#resumedMs))
      this.#reportedMs = reportedMs;
  }

  /** The output falls silent. Returns how much was heard, ms; later reports count from there. */
  hold(): number {
    const { heardMs } = this;
    this.playhead.hold(heardMs);
    this.#reportedMs = undefined;
    this.#resumedMs = heardMs;
    return heardMs;
  }

  /** The output resumes with the audio that was not heard. */
  release(): void {
    this.playhead.release(asyncScheduler.now());
  }

  /** Drops all that was not heard: the speech was cut, and other speech of the same reply follows. */
  cut(): void {
    const { heardMs, heard } = this;
    const last = heard === '' ? -1 : this.#sentences.findLastIndex(sentence => sentence.heard !== '');
    this.#sentences.length = last + 1;
    const cut = this.#sentences[last];
    if (cut !== undefined) {
      cut.text = `${cut.heard} `; // the next one is another sentence
      cut.handedMs = cut.receivedMs = heardMs - cut.fromMs;
      cut.handed = cut.received = true;
    }
    this.playhead.cut(heardMs, asyncScheduler.now());
    this.#reportedMs = undefined;
    this.#resumedMs = heardMs;
  }

  /** How many sentences have begun. */
  get begun(): number {
    return this.#sentences.length;
  }

  /** All sentences that began, except those without audio. */
  get text(): string {
    return join(this.#sentences.map(sentence => (isSilent(sentence) ? nothing : this.#wordsOf(sentence))));
  }

  /** Whether there was text, but no audio for any of it. */
  get isSilent(): boolean {
    return !this.hasSounded && this.#sentences.some(sentence => isSilent(sentence) && sentence.text !== '');
  }

  /** Whether any of its audio went to the output. */
  get hasSounded(): boolean {
    return this.playhead.handedMs > 0;
  }

  /** How much audio was heard so far, ms. */
  get heardMs(): number {
    const { handedMs } = this.playhead;
    return Math.min(handedMs, this.#reportedMs ?? this.playhead.playedMs(asyncScheduler.now()));
  }

  /** How much of the audio that was passed on is still to be heard, ms. */
  get restMs(): number {
    return this.#overdue ? 0 : this.playhead.handedMs - this.heardMs;
  }

  /** Whether the voice is audible now. */
  get isSounding(): boolean {
    return !this.playhead.held && this.isUnderWay;
  }

  /** Whether the voice is audible now, or would be if the reply were not held. */
  get isUnderWay(): boolean {
    return this.restMs > 0 || (this.hasSounded && this.playhead.silentMs(asyncScheduler.now()) < gapMs);
  }

  /** The sentence that is audible now, or was last, as far as it is written. */
  get sentence(): string {
    const { text, heard } = this;
    const from = Math.max(0, heard.length - sentenceReach);
    let last = '';
    for (const { segment, index } of sentences.segment(text.slice(from, heard.length + sentenceReach))) {
      if (segment.trim() === '') continue;
      last = segment.trim();
      if (from + index + segment.trimEnd().length > heard.length) break;
    }
    return last;
  }

  /** How much of the audible sentence's audio that was passed on is still to be heard, ms. */
  get sentenceRestMs(): number {
    const { heardMs } = this;
    const sentence = this.#sentences.find(
      ({ fromMs, handedMs, handed }) => !handed || fromMs + handedMs > heardMs,
    );
    return sentence === undefined ? 0 : Math.max(0, sentence.fromMs + sentence.handedMs - heardMs);
  }

  /**
   * The words heard so far, in whole words: by the voice's word times, else in proportion to the sentence's audio.
   * While that audio is still arriving, its longest likely length counts. The result never shrinks.
   */
  get heard(): string {
    const { heardMs } = this;
    return join(
      this.#sentences.map(sentence => {
        if (isSilent(sentence)) return nothing;
        const heard = this.#heardOf(sentence, heardMs - sentence.fromMs);
        if (heard.length > sentence.heard.length) sentence.heard = heard;
        return sentence.heard;
      }),
    );
  }

  #heardOf(sentence: Sentence, heardMs: number): string {
    const { receivedMs, handedMs, received, handed } = sentence;
    const text = this.#wordsOf(sentence);
    if (handed && heardMs >= handedMs) return text;
    if (heardMs <= 0) return '';
    const timed = this.#times.wordsOf(sentence.text);
    if (timed !== undefined) return wordsUntil(text, timed, heardMs);
    const lengthMs = received ? receivedMs : Math.max(receivedMs, this.#times.longestMs(text));
    return wordsWithin(text, heardMs / lengthMs);
  }

  /** The words of a sentence as the voice says them. */
  #wordsOf(sentence: Sentence): string {
    const spoken = this.#times.spokenOf(sentence.text);
    if (spoken !== undefined && spoken !== sentence.spoken) {
      sentence.spoken = spoken;
      // The words heard so far were counted in other words.
      sentence.heard = '';
    }
    return sentence.spoken ?? sentence.text;
  }

  /** Whether the output has stopped reporting although everything must have been heard. */
  get #overdue(): boolean {
    return !this.playhead.held && this.playhead.silentMs(asyncScheduler.now()) > lateMs;
  }
}

/** Whether a sentence is complete but has no audio. */
const isSilent = ({ handed, handedMs }: Sentence): boolean => handed && handedMs === 0;

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/** The longest text searched for a sentence, characters: the segmenter's time grows with the square of its text. */
const sentenceReach = 1_000;

/** Stands in for a sentence without audio. */
const nothing = ' ';

/**
 * Sentences as one text; they bring their own white space where the model wrote any. Where it wrote none there is a space
 * between a mark and a capital or digit: "example." and "com" are one word that was cut.
 */
function join(texts: readonly string[]): string {
  // Pieces, of which only the last is looked at: to look at all text so far takes time with the square of a long reply.
  const pieces: string[] = [];
  for (const [index, text] of texts.entries()) {
    if (text === nothing) {
      while (pieces.at(-1)?.trim() === '') pieces.pop();
      pieces.push(pieces.pop()?.trimEnd() ?? '', nothing);
    } else if (texts[index - 1] === nothing) pieces.push(text.trimStart());
    else if (/[.!?…"”’)]$/u.test(pieces.at(-1) ?? '') && /^[\p{Lu}\p{N}]/u.test(text)) pieces.push(' ', text);
    else if (text !== '') pieces.push(text);
  }
  return pieces.join('').trim();
}
