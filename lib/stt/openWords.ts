import { asyncScheduler } from 'rxjs';
import { type Unit, unitsOf } from '../languages/units.ts';
import { afterUnits, joinedText, retold, saysAnything } from './sameWords.ts';
import type { SttEvent } from './stt.ts';

type Words = Extract<SttEvent, { readonly type: 'interim' | 'final' }>;

/** The precision of the end of a word, ms. */
const fuzzMs = 300;
/** How long interims still belong to the previous words, ms: after the engine's own end, and without one. */
const afterEndMs = 1_000;
const forgottenMs = 5_000;

/** Words that ended a turn before they were final. */
interface Late {
  units: readonly string[];
  /** Where that turn ended, ms of audio, and when. */
  readonly end: number;
  readonly closedAt: number;
  /** Where its last words were told, if that is known. */
  readonly wordsAt: number | undefined;
  /** Where the engine itself said that the utterance ended, if it did; not before its words. */
  endedAt: number | undefined;
  /** Whether a voice began after them, and whether the same words were spoken again since. */
  isFollowed: boolean;
  isAgain: boolean;
}

/**
 * The words of the open turn. If the previous turn ended before some words were final, their final arrives late and
 * is left out, so that nothing is said twice. Positions, the engine's own ends and new voices distinguish a late
 * final from words that the user repeats.
 */
export class OpenWords {
  #finals: string[] = [];
  #open = '';
  /** The engine's interim, including words that ended the previous turn. */
  #told = '';
  #end: number | undefined;
  #late: Late | undefined;

  /** The words that belong to the open turn; empty if they all belong to the previous one. */
  hear(heard: Words): Words | undefined {
    const fresh = this.#withoutLate({ ...heard, text: heard.text.normalize('NFC') });
    if (fresh === undefined) return undefined;
    if (fresh.type === 'interim') {
      this.#open = fresh.text;
      this.#told = heard.text;
    } else {
      if (saysAnything(fresh.text)) {
        this.#finals.push(fresh.text);
        this.#end = fresh.end;
      }
      this.#open = '';
      this.#told = '';
    }
    return fresh;
  }

  /** A voice begins. */
  voice(at: number): void {
    if (this.#late !== undefined && at > (this.#late.endedAt ?? this.#late.end)) this.#late.isFollowed = true;
  }

  /** The engine reports where the previous utterance ended. */
  ended(end: number): void {
    if (this.#late !== undefined) this.#late.endedAt ??= notBefore(end, this.#late.wordsAt);
  }

  /** All of them. */
  get text(): string {
    return joinedText([...this.#finals, this.#open]);
  }

  /** Those that are not final. */
  get open(): string {
    return this.#open;
  }

  /** Whether there are words, all of them final, for a voice that ended there. */
  areFinalAt(end: number): boolean {
    return this.#open === '' && this.#end !== undefined && this.#end >= end - fuzzMs;
  }

  /** The turn is over, where its voice ended. `byEngine`: the engine itself said so. */
  close(end: number, { byEngine, wordsAt }: { byEngine: boolean; wordsAt: number | undefined }): void {
    const units = unitsOf(this.#told.normalize('NFC')).map(({ letters }) => letters);
    if (units.length > 0)
      this.#late = {
        units,
        end,
        closedAt: asyncScheduler.now(),
        wordsAt,
        endedAt: byEngine ? notBefore(end, wordsAt) : undefined,
        isFollowed: false,
        isAgain: false,
      };
    this.#finals = [];
    this.#open = '';
    this.#told = '';
    this.#end = undefined;
  }

  #withoutLate(heard: Words): Words | undefined {
    const late = this.#late;
    if (late === undefined) return heard;
    if (!saysAnything(heard.text)) {
      // The engine thought better of them, unless this is about audio before them.
      if (heard.type === 'final' && heard.end >= late.end - fuzzMs) this.#late = undefined;
      return heard;
    }
    return heard.type === 'final' ? this.#final(heard, late) : this.#interim(heard, late);
  }

  #interim(heard: Words, late: Late): Words | undefined {
    if (late.isAgain) return heard;
    const units = unitsOf(heard.text);
    if (isBegun(late.units, units)) {
      // Whether equal words, or the first of them, are a late final or a repetition by the user.
      const ms = asyncScheduler.now() - late.closedAt;
      const isOver = late.endedAt !== undefined && (late.isFollowed || ms > afterEndMs);
      late.isAgain = isOver || ms > forgottenMs;
      return late.isAgain ? heard : undefined;
    }
    const count = retold(late.units, units, true);
    if (count === undefined) return heard;
    const text = afterUnits(heard.text, units, count);
    return text === '' ? undefined : { ...heard, text };
  }

  #final(heard: Words & { readonly type: 'final' }, late: Late): Words | undefined {
    const isOld = heard.end <= late.end + fuzzMs;
    const units = unitsOf(heard.text);
    const isPart = isBegun(late.units, units);
    if (isOld && isPart && units.length < late.units.length) {
      // Some of them: the others follow.
      late.units = late.units.slice(units.length);
      return this.#nothing(heard);
    }
    this.#late = undefined;
    const isOver = late.endedAt !== undefined && heard.end > late.endedAt + fuzzMs;
    const isAgain = late.isAgain || (isPart && late.isFollowed && isOver);
    if (!isOld && isAgain) return heard;
    const count = retold(late.units, units, isOld || late.endedAt === undefined);
    const text = count === undefined ? heard.text : afterUnits(heard.text, units, count);
    // Different words: a revision by the engine, unless they belong to another voice.
    return text === '' || (count === undefined && isOld) ? this.#nothing(heard) : { ...heard, text };
  }

  /** No words; the open ones, which an interim brought, are none, either. */
  #nothing(heard: Words): Words | undefined {
    return this.#open === '' ? undefined : { ...heard, text: '' };
  }
}

/** An engine's end may be older than the words it told; those of an interim lie before where it was told. */
const notBefore = (end: number, wordsAt = end): number => Math.max(end, wordsAt);

/** Whether units are others, or the first of them, and no more. */
const isBegun = (others: readonly string[], units: readonly Unit[]): boolean =>
  units.length <= others.length && units.every(({ letters }, at) => letters === others[at]);
