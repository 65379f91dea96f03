import { asyncScheduler } from 'rxjs';
import { frameMs, type AudioFrame } from '../audio/frame.ts';
import type { Playback } from '../audio/output.ts';
import { Playhead } from '../audio/playhead.ts';
import { VoiceTimes } from './voiceTimes.ts';
import { wordsUntil, wordsWithin } from './wordsWithin.ts';

interface Sentence {
  text: string;
  /** Where its audio begins in the audio of the reply, ms. */
  readonly fromMs: number;
  /** How much audio came from the voice, and how much of that went to the output, ms. */
  receivedMs: number;
  handedMs: number;
  /** Whether all of it came, and whether all of it went to the output. */
  received: boolean;
  handed: boolean;
  /** What the user heard of it when it was last asked for. */
  heard: string;
}

/** An output's report may be this late, ms; then the clock is believed. */
const lateMs = 2_000;

/** A gap this short is no silence, ms: timers are late by as much. */
const gapMs = 40;

/**
 * The ledger of one reply: what was said, and how much of it has been heard. `speak` and `playing` write it; whoever
 * needs to know what sounds now, or what the user heard, reads it.
 */
export class SpeechLedger {
  /** Where the loudspeaker is, as far as the clock can tell. */
  readonly playhead = new Playhead();
  readonly #times: VoiceTimes;
  readonly #sentences: Sentence[] = [];
  #reportedMs: number | undefined;
  /** How much had been heard when the output was subscribed last, ms: no report takes that back. */
  #resumedMs = 0;

  /** `times`: what the call knows about its voice, shared by the ledgers of all replies. */
  constructor(times: VoiceTimes = new VoiceTimes()) {
    this.#times = times;
  }

  /** The next sentence starts. */
  begin(text: string): void {
    const fromMs = this.playhead.handedMs;
    this.#sentences.push({
      text,
      fromMs,
      receivedMs: 0,
      handedMs: 0,
      received: false,
      handed: false,
      heard: '',
    });
  }

  /** The sentence that began last goes on. */
  write(text: string): void {
    this.#sentences.at(-1)!.text += text;
  }

  /** The voice gave audio of the sentence that began last. */
  receive(frame: AudioFrame): void {
    this.#sentences.at(-1)!.receivedMs += frameMs(frame);
  }

  /** The voice gave all audio of the sentence that began last. */
  receivedAll(): void {
    const sentence = this.#sentences.at(-1)!;
    sentence.received = true;
    this.#times.learn(sentence.text, sentence.receivedMs);
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

  /** The output falls silent: what was heard until now, ms. Later reports count from there. */
  hold(): number {
    const { heardMs } = this;
    this.playhead.hold(heardMs);
    this.#reportedMs = undefined;
    this.#resumedMs = heardMs;
    return heardMs;
  }

  /** The output goes on with what was not heard. */
  release(): void {
    this.playhead.release(asyncScheduler.now());
  }

  /** All the sentences that began, without those the voice had no audio for. */
  get text(): string {
    return join(this.#sentences.map(sentence => (isSilent(sentence) ? nothing : sentence.text)));
  }

  /** Whether there was something to be said, and the voice had no audio for any of it. */
  get isSilent(): boolean {
    return !this.hasSounded && this.#sentences.some(sentence => isSilent(sentence) && sentence.text !== '');
  }

  /** Whether any of its audio went to the output. */
  get hasSounded(): boolean {
    return this.playhead.handedMs > 0;
  }

  /** How much audio has been heard by now, ms. */
  get heardMs(): number {
    const { handedMs } = this.playhead;
    return Math.min(handedMs, this.#reportedMs ?? this.playhead.playedMs(asyncScheduler.now()));
  }

  /** How much of the audio that was handed over is still to be heard, ms. */
  get restMs(): number {
    return this.#overdue ? 0 : this.playhead.handedMs - this.heardMs;
  }

  /** Whether its voice is heard now. */
  get isSounding(): boolean {
    return !this.playhead.held && this.isUnderWay;
  }

  /** Whether its voice is heard now, or would be if it were not held. */
  get isUnderWay(): boolean {
    return this.restMs > 0 || (this.hasSounded && this.playhead.silentMs(asyncScheduler.now()) < gapMs);
  }

  /** The sentence that is being heard, or was heard last, as far as it is written. */
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

  /** How much of what was handed over of the sentence that is being heard is still to be heard, ms. */
  get sentenceRestMs(): number {
    const { heardMs } = this;
    const sentence = this.#sentences.find(
      ({ fromMs, handedMs, handed }) => !handed || fromMs + handedMs > heardMs,
    );
    return sentence === undefined ? 0 : Math.max(0, sentence.fromMs + sentence.handedMs - heardMs);
  }

  /**
   * The words that have been heard by now. Whole words only, as the voice timed them, else in proportion to the
   * sentence's audio; while that is still coming, to its longest likely length. It never shrinks.
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

  #heardOf({ text, receivedMs, handedMs, received, handed }: Sentence, heardMs: number): string {
    if (handed && heardMs >= handedMs) return text;
    if (heardMs <= 0) return '';
    const timed = this.#times.wordsOf(text);
    if (timed !== undefined) return wordsUntil(text, timed, heardMs);
    const lengthMs = received ? receivedMs : Math.max(receivedMs, this.#times.longestMs(text));
    return wordsWithin(text, heardMs / lengthMs);
  }

  /** Whether the output reports nothing any more though all must have been heard. */
  get #overdue(): boolean {
    return !this.playhead.held && this.playhead.silentMs(asyncScheduler.now()) > lateMs;
  }
}

/** Whether all of a sentence's audio came, and was none. */
const isSilent = ({ handed, handedMs }: Sentence): boolean => handed && handedMs === 0;

const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });

/** A sentence is looked for within so many characters: the segmenter's time grows with the square of its text. */
const sentenceReach = 1_000;

/** What is there instead of a sentence without audio. */
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
