import type { Fault } from '../loopback/fault.ts';
import { json, type ServerFrame } from '../loopback/frames.ts';
import type { SttEvent } from '../../stt/stt.ts';
import type { NovaQuery } from './novaQuery.ts';
import { bare, type HeardWord, seconds, spread } from './words.ts';

/** Length of audio after which its words become final in any case. */
const windowMs = 5_000;

/** Options of a {@link NovaTranscriber}. */
export interface NovaTranscriberOptions {
  readonly requestId: string;
  readonly query: NovaQuery;
  /** Audio between two interims, ms. */
  readonly interimEveryMs: () => number;
  /** Whether the engine emits words too late for a gap between them to mean an end while the user speaks. */
  readonly lateWords: boolean;
  readonly has: (fault: Fault) => boolean;
  readonly send: (frame: ServerFrame) => void;
}

/**
 * Emits an engine's events in the manner of Nova: windows of audio that grow until they are final, the end of speech by
 * silence, the end of an utterance by the gap between words.
 */
export class NovaTranscriber {
  readonly #options: NovaTranscriberOptions;
  #positionMs = 0;
  #windowStart = 0;
  #toldAt = 0;
  /** Words of this utterance that the engine won't change, those it may, and how many of both were final. */
  #fixed: readonly HeardWord[] = [];
  #open: readonly HeardWord[] = [];
  #given = 0;
  #segmentFrom = 0;
  #speaking = false;
  /** The end of the last word that no UtteranceEnd has covered. */
  #lastWordEnd: number | undefined;

  constructor(options: NovaTranscriberOptions) {
    this.#options = options;
  }

  get positionMs(): number {
    return this.#positionMs;
  }

  /** More audio came; the engine has not heard it yet. */
  advance(ms: number): void {
    this.#positionMs += ms;
  }

  /** The engine has heard it. */
  tell(): void {
    const { query, interimEveryMs } = this.#options;
    const windowLength = this.#positionMs - this.#windowStart;
    if (windowLength >= windowMs && !(this.#options.has('quiet') && this.#waiting.length === 0))
      this.#closeWindow();
    const isQuiet = this.#options.has('quiet') && this.#waiting.length === 0;
    if (query.interims && !isQuiet && this.#positionMs - this.#toldAt >= interimEveryMs())
      this.#results(this.#waiting, this.#positionMs, {});
    this.#tellUtteranceEnd();
  }

  /** Takes an event of the engine. */
  heard(transcript: SttEvent): void {
    const { query, send } = this.#options;
    switch (transcript.type) {
      case 'speechStart':
        this.#speaking = true;
        if (this.#fixed.length === 0) this.#segmentFrom = transcript.at;
        if (query.vadEvents)
          send(json({ type: 'SpeechStarted', channel: [0, 1], timestamp: seconds(transcript.at) }));
        return;
      case 'interim':
        this.#open = spread(transcript.text, this.#segmentFrom, this.#positionMs);
        return this.#noteWords();
      case 'final':
        this.#fixed = [...this.#fixed, ...spread(transcript.text, this.#segmentFrom, transcript.end)];
        this.#open = [];
        this.#segmentFrom = transcript.end;
        return this.#noteWords();
      case 'utteranceEnd':
        return this.#endpoint();
      default:
        return;
    }
  }

  /** The client asks for the words so far. */
  finalize(): void {
    if (this.#options.has('no-finalize')) return;
    this.#results(this.#waiting, this.#positionMs, { final: true, speechFinal: true, fromFinalize: true });
  }

  /** There will be no more audio. */
  end(): void {
    if (this.#waiting.length > 0)
      this.#results(this.#waiting, this.#positionMs, { final: true, speechFinal: true });
    this.#options.send(json(this.metadata()));
  }

  /** The service's messages at the end of a stream. */
  metadata(): object {
    const { requestId, query } = this.#options;
    return {
      type: 'Metadata',
      transaction_key: 'deprecated',
      request_id: requestId,
      sha256: 'incomplete',
      created: new Date().toISOString(),
      duration: seconds(this.#positionMs),
      channels: query.channels,
      ...(this.#positionMs > 0 && { models: [modelUuid], model_info: { [modelUuid]: modelInfo(query) } }),
    };
  }

  /** Words that are not final yet. A late word is not placed in audio that is final already. */
  get #waiting(): readonly HeardWord[] {
    const waiting = [...this.#fixed, ...this.#open].slice(this.#given);
    const [first, last] = [waiting[0], waiting.at(-1)];
    if (first === undefined || last === undefined || first.start >= this.#windowStart) return waiting;
    const until = last.end > this.#windowStart ? last.end : this.#positionMs;
    return spread(waiting.map(({ text }) => text).join(' '), this.#windowStart, until);
  }

  /** Makes the words final, except the last one while the user goes on speaking: it may still change. */
  #closeWindow(): void {
    const waiting = this.#speaking ? this.#waiting.slice(0, -1) : this.#waiting;
    if (this.#speaking && waiting.length === 0) return;
    this.#results(waiting, waiting.at(-1)?.end ?? this.#positionMs, { final: true });
  }

  #endpoint(): void {
    const { query, has } = this.#options;
    this.#speaking = false;
    if (has('no-endpoint')) return;
    // Words that Finalize has made final are not repeated; a noise is an empty result.
    if (this.#waiting.length > 0 || this.#given === 0) {
      const speechFinal = query.endpointingMs !== undefined && !has('no-speech-final');
      this.#results(this.#waiting, this.#positionMs, { final: true, speechFinal });
    }
    [this.#fixed, this.#open, this.#given] = [[], [], 0];
  }

  #noteWords(): void {
    this.#lastWordEnd = this.#waiting.at(-1)?.end ?? this.#lastWordEnd;
  }

  #tellUtteranceEnd(): void {
    const { query, lateWords, has, send } = this.#options;
    const { utteranceEndMs } = query;
    if (lateWords && this.#speaking) return;
    if (utteranceEndMs === undefined || this.#lastWordEnd === undefined || has('no-endpoint')) return;
    if (this.#positionMs - this.#lastWordEnd < utteranceEndMs) return;
    send(json({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: seconds(this.#lastWordEnd) }));
    this.#lastWordEnd = undefined;
  }

  #results(
    words: readonly HeardWord[],
    until: number,
    { final = false, speechFinal = false, fromFinalize = false },
  ): void {
    const { requestId, query, send } = this.#options;
    const written = (word: HeardWord): string => (query.punctuated ? word.text : bare(word.text));
    send(
      json({
        type: 'Results',
        channel_index: [0, 1],
        duration: seconds(until - this.#windowStart),
        start: seconds(this.#windowStart),
        is_final: final,
        speech_final: speechFinal,
        channel: {
          alternatives: [
            {
              transcript: words.map(written).join(' '),
              confidence: words.length === 0 ? 0 : 0.98,
              words: words.map(word => ({
                word: bare(word.text),
                start: seconds(word.start),
                end: seconds(word.end),
                confidence: 0.98,
                ...(query.punctuated && { punctuated_word: word.text }),
              })),
            },
          ],
        },
        metadata: { request_id: requestId, model_info: modelInfo(query), model_uuid: modelUuid },
        from_finalize: fromFinalize,
      }),
    );
    this.#toldAt = this.#positionMs;
    if (!final) return;
    this.#windowStart = until;
    this.#given += words.length;
  }
}

const modelUuid = '7e3b1c52-9f7d-4d0a-9b5e-3c2f6d1a8e40';
const modelInfo = ({ model }: NovaQuery): object => ({
  name: `general-${model.replace(/-general$/u, '')}`,
  version: '2026-01-01.0',
  arch: model.replace(/-general$/u, ''),
});
