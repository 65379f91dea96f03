import type { SttEvent } from '../../stt/stt.ts';
import { json, type ServerFrame } from '../loopback/frames.ts';
import { type FluxQuery, type FluxThresholds, thresholdsOf } from './fluxQuery.ts';
import { type HeardWord, seconds, spread } from './words.ts';

/** Audio between two updates, ms. */
const updateEveryMs = 250;

/** How sure Flux is that a turn is over after that much silence: 0.7 after `endOfTurnMs`, never quite 1. */
export const confidenceAfter = (silenceMs: number, endOfTurnMs: number): number =>
  Math.min(0.99, 0.1 + (0.6 * silenceMs) / Math.max(1, endOfTurnMs));

/** The silence after which Flux is that sure, ms. */
export const silenceFor = (confidence: number, endOfTurnMs: number): number =>
  confidence > 0.99 ? Infinity : (Math.max(0, confidence - 0.1) / 0.6) * endOfTurnMs;

type FluxEvent = 'Update' | 'StartOfTurn' | 'EagerEndOfTurn' | 'TurnResumed' | 'EndOfTurn';

/** Options of {@link FluxTurnDetector}. */
export interface FluxTurnDetectorOptions {
  readonly requestId: string;
  readonly query: FluxQuery;
  readonly endOfTurnMs: () => number;
  readonly send: (frame: ServerFrame) => void;
}

/**
 * Emits an engine's events in the manner of Flux: turns with a growing transcript, an early event when one may be over,
 * and another when it wasn't. It advances with audio only.
 */
export class FluxTurnDetector {
  readonly #options: FluxTurnDetectorOptions;
  #thresholds: FluxThresholds;
  #keyterms: readonly string[];
  #hints: readonly string[];
  #sequence = 0;
  #turn = 0;
  #positionMs = 0;
  #toldAt = 0;
  #windowStart = 0;
  /** Words that the engine won't change, and those it may. */
  #fixed: readonly HeardWord[] = [];
  #open: readonly HeardWord[] = [];
  #segmentFrom = 0;
  #started = false;
  /** The transcript of an EagerEndOfTurn. */
  #eager: string | undefined;
  /** Where the voice ended, if it has. */
  #silentFrom: number | undefined;

  constructor(options: FluxTurnDetectorOptions) {
    this.#options = options;
    this.#thresholds = options.query.thresholds;
    this.#keyterms = options.query.keyterms;
    this.#hints = options.query.hints;
  }

  /** The first message. */
  connected(): void {
    this.#send({ type: 'Connected', request_id: this.#options.requestId });
  }

  /** More audio came; the engine has not heard it yet. */
  advance(ms: number): void {
    this.#positionMs += ms;
  }

  /** The engine has heard it. */
  tell(): void {
    const { eot, eager, timeoutMs } = this.#thresholds;
    if (this.#started && this.#silentFrom !== undefined) {
      const sure = this.#confidence + 1e-9;
      if (sure >= eot) return this.#endOfTurn('model');
      if (this.#positionMs - this.#silentFrom >= timeoutMs) return this.#endOfTurn('timeout');
      if (eager !== undefined && sure >= eager) this.#eagerEnd();
    }
    if (this.#positionMs - this.#toldAt >= updateEveryMs) this.#info('Update');
  }

  /** Takes an event of the engine. */
  heard(transcript: SttEvent): void {
    switch (transcript.type) {
      case 'speechStart':
        if (!this.#started) this.#segmentFrom = transcript.at;
        return this.#resume();
      case 'interim':
        return this.#words(transcript.text, this.#positionMs);
      case 'final':
        this.#words(transcript.text, transcript.end);
        this.#fixed = [...this.#fixed, ...this.#open];
        this.#open = [];
        this.#segmentFrom = transcript.end;
        return;
      case 'eagerEnd':
        this.#words(transcript.text, this.#positionMs);
        if (this.#thresholds.eager !== undefined) this.#eagerEnd();
        return;
      case 'resumed':
        return this.#resume();
      case 'utteranceEnd':
        if (this.#started) this.#silentFrom = transcript.end;
        return;
    }
  }

  /** The client says that the turn is over. */
  forceEnd(): void {
    if (this.#started) return this.#endOfTurn('manual');
    this.#send({
      type: 'Warning',
      request_id: this.#options.requestId,
      code: 'FORCE_END_TURN_NO_ACTIVE_TURN', // as Deepgram's own examples name it
      description: 'ForceEndTurn arrived with no turn in progress.',
    });
  }

  /** The client wants other thresholds: those it doesn't name stay. */
  configure(message: Readonly<Record<string, unknown>>): void {
    const wanted = (message['thresholds'] ?? {}) as Readonly<Record<string, number | undefined>>;
    const list = (field: string): readonly string[] | undefined =>
      Array.isArray(message[field]) ? (message[field] as string[]) : undefined;
    const now = this.#thresholds;
    const thresholds = thresholdsOf({
      eot: wanted['eot_threshold'] ?? now.eot,
      eager: wanted['eager_eot_threshold'] ?? now.eager,
      timeoutMs: wanted['eot_timeout_ms'] ?? now.timeoutMs,
    });
    const { requestId, query } = this.#options;
    const isMulti = query.model === 'flux-general-multi';
    const problem =
      typeof thresholds === 'string'
        ? thresholds
        : list('language_hints') && !isMulti
          ? 'language_hints are for flux-general-multi only.'
          : undefined;
    if (typeof thresholds === 'string' || problem !== undefined)
      return this.#send({
        type: 'ConfigureFailure',
        request_id: requestId,
        error_code: 'INVALID_CONFIGURATION',
        description: problem,
      });
    this.#thresholds = thresholds;
    this.#keyterms = list('keyterms') ?? this.#keyterms;
    this.#hints = list('language_hints') ?? this.#hints;
    this.#send({
      type: 'ConfigureSuccess',
      request_id: requestId,
      thresholds: {
        eot_threshold: thresholds.eot,
        ...(thresholds.eager !== undefined && { eager_eot_threshold: thresholds.eager }),
        eot_timeout_ms: thresholds.timeoutMs,
      },
      keyterms: this.#keyterms,
      ...(isMulti && { language_hints: this.#hints }),
    });
  }

  /** It can't go on. */
  error(code: string, description: string): void {
    this.#send({ type: 'Error', code, description });
  }

  get #transcript(): string {
    return [...this.#fixed, ...this.#open].map(({ text }) => text).join(' ');
  }

  get #confidence(): number {
    return this.#silentFrom === undefined
      ? 0.05
      : confidenceAfter(this.#positionMs - this.#silentFrom, this.#options.endOfTurnMs());
  }

  #words(text: string, until: number): void {
    const open = spread(text, this.#segmentFrom, until);
    if (open.length === 0) return;
    if (this.#eager !== undefined && this.#textWith(open) !== this.#eager) this.#resume();
    this.#open = open;
    if (this.#started) return;
    this.#started = true;
    this.#info('StartOfTurn');
  }

  #textWith(open: readonly HeardWord[]): string {
    return [...this.#fixed, ...open].map(({ text }) => text).join(' ');
  }

  #eagerEnd(): void {
    if (this.#eager !== undefined || !this.#started) return;
    this.#eager = this.#transcript;
    this.#info('EagerEndOfTurn');
  }

  #resume(): void {
    this.#silentFrom = undefined;
    if (this.#eager === undefined) return;
    this.#eager = undefined;
    this.#info('TurnResumed');
  }

  #endOfTurn(trigger: 'model' | 'manual' | 'timeout'): void {
    this.#info('EndOfTurn', { trigger });
    this.#turn++;
    this.#windowStart = this.#positionMs;
    [this.#fixed, this.#open, this.#started] = [[], [], false];
    [this.#eager, this.#silentFrom] = [undefined, undefined];
  }

  #info(event: FluxEvent, more: object = {}): void {
    const { requestId, query } = this.#options;
    this.#toldAt = this.#positionMs;
    this.#send({
      type: 'TurnInfo',
      request_id: requestId,
      event,
      turn_index: this.#turn,
      audio_window_start: seconds(this.#windowStart),
      audio_window_end: seconds(this.#positionMs),
      transcript: this.#transcript,
      words: [...this.#fixed, ...this.#open].map(({ text, start, end }) => ({
        word: text, // as it is written: `ListenV2TurnInfo` of the official SDK
        confidence: 0.98,
        start: seconds(start),
        end: seconds(end),
      })),
      end_of_turn_confidence: Math.round(this.#confidence * 1000) / 1000,
      ...(query.model === 'flux-general-multi' && { languages: ['en'], languages_hinted: this.#hints }),
      ...more,
    });
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    const { type, request_id, ...rest } = message;
    this.#options.send(
      json({ type, ...(request_id !== undefined && { request_id }), sequence_id: this.#sequence++, ...rest }),
    );
  }
}
