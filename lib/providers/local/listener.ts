import { concat, EMPTY, filter, map, type Observable, of, ReplaySubject, type Subscription } from 'rxjs';
import type { SttEvent } from '../../stt/stt.ts';
import { InterimWords } from './interimWords.ts';
import type { Recognizer } from './recognizer.ts';
import { VoiceDetector, windowMs } from './voiceDetector.ts';

/** How a {@link Listener} listens; all ms. */
export interface ListenerOptions {
  readonly endpointingMs: number;
  readonly interimMs: number;
  readonly maxMs: number;
}

/** A final decode that was started in the hope that nothing more is said. */
interface Speculation {
  readonly text$: Observable<string>;
  readonly decode: Subscription;
}

/** Audio from before the speech that is decoded with it, ms. */
const preRollMs = 320;
/** Where a quiet moment is looked for when an utterance is cut, ms before the cut. */
const cutSearchMs = 1_000;
/** Audio buffered during silence: the pre-roll of speech that is detected late. */
const keptMs = preRollMs + 480;

/**
 * One stream of audio on its way to transcripts, a window of 32 ms at a time. All its decisions are in audio time: the
 * same audio gives the same transcripts, however fast it comes (but for how many interims there are).
 */
export class Listener {
  readonly #recognizer: Recognizer;
  readonly #options: ListenerOptions;
  readonly #show: (interim: SttEvent) => void;
  readonly #detector: VoiceDetector;
  #windows: Float32Array[] = [];
  #positionMs = 0;
  #speaking = false;
  #partStartMs = 0;
  #words = new InterimWords();
  #interim: Subscription | undefined;
  #interimDueMs = 0;
  #speculation: Speculation | undefined;

  constructor(recognizer: Recognizer, options: ListenerOptions, show: (interim: SttEvent) => void) {
    this.#recognizer = recognizer;
    this.#options = options;
    this.#show = show;
    this.#detector = new VoiceDetector(recognizer.detector());
  }

  /** Events of one more window. */
  hear(samples: Float32Array): Observable<SttEvent> {
    this.#positionMs += windowMs;
    this.#windows.push(samples);
    const voice = this.#detector.hear(samples);
    if (!this.#speaking) return voice ? this.#start() : this.#idle();
    if (voice) return this.#goOn();
    this.#speculation ??= this.#speculate();
    return this.#positionMs - this.#detector.endMs >= this.#options.endpointingMs ? this.#end() : EMPTY;
  }

  /** Events at the end of the audio. */
  finish(): Observable<SttEvent> {
    return this.#speaking ? this.#end() : EMPTY;
  }

  /** Cancels all decodes. */
  stop(): void {
    this.#interim?.unsubscribe();
    this.#speculation?.decode.unsubscribe();
  }

  #idle(): Observable<never> {
    this.#keepFrom(this.#positionMs - keptMs);
    return EMPTY;
  }

  #start(): Observable<SttEvent> {
    const { startMs } = this.#detector;
    this.#speaking = true;
    this.#partStartMs = startMs;
    this.#keepFrom(startMs - preRollMs);
    this.#words = new InterimWords();
    this.#interimDueMs = startMs + this.#options.interimMs;
    return of({ type: 'speechStart', at: startMs });
  }

  #goOn(): Observable<SttEvent> {
    this.#speculation?.decode.unsubscribe();
    this.#speculation = undefined;
    if (this.#positionMs - this.#partStartMs >= this.#options.maxMs) return this.#cut();
    if (this.#interim === undefined && this.#positionMs >= this.#interimDueMs) this.#decodeInterim();
    return EMPTY;
  }

  #end(): Observable<SttEvent> {
    const { endMs: end } = this.#detector;
    const { text$ } = this.#speculation ?? this.#speculate();
    this.#speculation = undefined;
    this.#interim?.unsubscribe();
    this.#interim = undefined;
    this.#speaking = false;
    return concat(finalOf(text$, end), of<SttEvent>({ type: 'utteranceEnd', end }));
  }

  /** Ends a part of an utterance that goes on, where it was quietest of late, so that no word is split. */
  #cut(): Observable<SttEvent> {
    const from = Math.max(0, this.#windows.length - Math.round(cutSearchMs / windowMs));
    const quietest = this.#windows
      .map((samples, index) => ({
        index,
        loudness: samples.reduce((sum, sample) => sum + sample * sample, 0),
      }))
      .slice(from)
      .reduce((a, b) => (b.loudness < a.loudness ? b : a)).index;
    const part = joined(this.#windows.slice(0, quietest + 1));
    this.#windows = this.#windows.slice(quietest + 1);
    this.#partStartMs = this.#positionMs - this.#windows.length * windowMs;
    this.#interim?.unsubscribe();
    this.#interim = undefined;
    this.#words = new InterimWords();
    return finalOf(this.#recognizer.final(part), this.#partStartMs);
  }

  /** Decodes the utterance so far, in the hope that nothing follows. There are about 100 ms of silence at its end. */
  #speculate(): Speculation {
    const text$ = new ReplaySubject<string>(1);
    return { text$, decode: this.#recognizer.final(joined(this.#windows)).subscribe(text$) };
  }

  /** Decodes the utterance so far as an interim. The longer that takes, the longer it is until the next. */
  #decodeInterim(): void {
    const startMs = this.#positionMs;
    this.#interim = this.#recognizer.interim(joined(this.#windows)).subscribe({
      next: decoded => {
        const text = this.#words.next(decoded);
        if (text !== undefined) this.#show({ type: 'interim', text });
      },
      // A failed interim is followed by the next; a recogniser that is gone fails the final.
      error: () => this.#rest(startMs),
      complete: () => this.#rest(startMs),
    });
    if (this.#interim.closed) this.#interim = undefined;
  }

  #rest(startMs: number): void {
    this.#interim = undefined;
    this.#interimDueMs = startMs + Math.max(this.#options.interimMs, 4 * (this.#positionMs - startMs));
  }

  #keepFrom(ms: number): void {
    const keep = Math.ceil((this.#positionMs - Math.max(0, ms)) / windowMs);
    if (this.#windows.length > keep) this.#windows = this.#windows.slice(-keep);
  }
}

const finalOf = (text$: Observable<string>, end: number): Observable<SttEvent> =>
  text$.pipe(
    filter(text => text !== ''),
    map(text => ({ type: 'final', text, end })),
  );

function joined(windows: readonly Float32Array[]): Float32Array {
  const samples = new Float32Array(windows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const window of windows) {
    samples.set(window, at);
    at += window.length;
  }
  return samples;
}
