import type { ClientEvent } from '../protocol/protocol.ts';
import { wordsWithin } from '../tts/wordsWithin.ts';

/** The words of one side in a turn. */
export interface TranscriptLine {
  readonly who: 'user' | 'bot';
  readonly turn: number;
  /** All of it: the user's words so far, or the bot's sentences that have begun. */
  readonly text: string;
  /** `open` while it goes on; `ignored`: said while the bot spoke, but not taken for an interruption. */
  readonly state: 'open' | 'done' | 'interrupted' | 'failed' | 'ignored';
  /** Of the bot: the beginning of `text` that has been heard. Of the user the same as `text`. */
  readonly heard: string;
  /** The stage that failed. */
  readonly failed?: string;
}

/** How long a character takes to say, samples: for a sentence whose audio is not complete. */
const samplesPerCharacter = 16_000 / 15;

const samplesPerMs = 16;

interface Sentence {
  readonly text: string;
  readonly from: number;
}

/** The transcript of a call, from its events and the audio that the loudspeaker has played. */
export class Transcript {
  lines: readonly TranscriptLine[] = [];
  #sentences: Sentence[] = [];
  #turn = 0;
  /** Where the audio of the reply ends, once that is known. */
  #end: number | undefined;
  /** Where the audio that plays begins in the reply: one that was held goes on as another. Samples. */
  #offset = 0;

  /** Something happened; `from` is where in the reply's audio, with `bot.speaking`. */
  happened(event: ClientEvent, from = 0): void {
    switch (event.type) {
      case 'user.interim':
        return this.#put({
          who: 'user',
          turn: event.turn,
          text: event.text,
          heard: event.text,
          state: 'open',
        });
      case 'user.said':
        return this.#put({
          who: 'user',
          turn: event.turn,
          text: event.text,
          heard: event.text,
          state: 'done',
        });
      case 'user.ignored':
        return this.#put({
          who: 'user',
          turn: event.turn,
          text: event.text,
          heard: event.text,
          state: 'ignored',
        });
      case 'bot.speaking': {
        const begins = event.sentence === 0 || event.turn !== this.#turn;
        if (begins) [this.#sentences, this.#offset, this.#turn] = [[], 0, event.turn];
        this.#end = undefined;
        this.#sentences.push({ text: event.text, from: from + this.#offset });
        const line = {
          who: 'bot',
          turn: event.turn,
          text: joined(this.#sentences.map(({ text }) => text)),
          heard: begins ? '' : (this.#line('bot', event.turn)?.heard ?? ''),
          state: 'open',
        } as const;
        // Unasked speech of the bot is of turn 0: each time a line of its own.
        return begins ? this.#add(line) : this.#put(line);
      }
      case 'bot.paused':
        this.#offset = event.audioMs * samplesPerMs;
        this.#end = undefined;
        return;
      case 'bot.spoke':
        if (event.text === '') return;
        return this.#put({
          who: 'bot',
          turn: event.turn,
          text: event.text,
          heard: event.text,
          state: 'done',
        });
      case 'bot.interrupted':
        if (event.text === '') return;
        return this.#put({
          who: 'bot',
          turn: event.turn,
          text: event.text,
          heard: event.heard,
          state: 'interrupted',
        });
      case 'user.heard': {
        const line = this.#line('bot', event.turn);
        if (line !== undefined) this.#put({ ...line, heard: event.heard });
        return;
      }
      case 'turn.failed': {
        const text = this.#line('bot', event.turn)?.text ?? '';
        return this.#put({
          who: 'bot',
          turn: event.turn,
          text,
          heard: event.heard,
          state: 'failed',
          failed: event.stage,
        });
      }
    }
  }

  /** Whether the bot has begun to say something and is not through. */
  get open(): boolean {
    return this.lines.findLast(({ who }) => who === 'bot')?.state === 'open';
  }

  /** The reply's audio is complete: its length in samples. */
  ended(samples: number): void {
    this.#end = samples + this.#offset;
  }

  /** The loudspeaker's position in the reply, samples. */
  played(samples: number): void {
    const line = this.#line('bot', this.#turn);
    if (line?.state !== 'open') return;
    const heard = joined(
      this.#sentences.map(({ text, from }, index) => {
        const to = this.#sentences[index + 1]?.from ?? this.#end ?? from + text.length * samplesPerCharacter;
        return wordsWithin(text, (samples + this.#offset - from) / (to - from));
      }),
    );
    if (heard !== line.heard) this.#put({ ...line, heard });
  }

  #line(who: TranscriptLine['who'], turn: number): TranscriptLine | undefined {
    return this.lines.findLast(line => line.who === who && line.turn === turn);
  }

  #put(line: TranscriptLine): void {
    const index = this.lines.findLastIndex(({ who, turn }) => who === line.who && turn === line.turn);
    if (index === -1) this.#add(line);
    else this.lines = this.lines.with(index, line);
  }

  #add(line: TranscriptLine): void {
    this.lines = [...this.lines, line];
  }
}

const joined = (texts: readonly string[]): string =>
  texts.reduce((all, text) => all + (/\S$/u.test(all) && /^\S/u.test(text) ? ' ' : '') + text, '').trim();
