import type { Observable } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Engine } from '../engine.ts';

/**
 * A text-to-speech engine: subscribing starts to synthesise one sentence, unsubscribing stops.
 *
 * Frames may be of any length and come as fast as the engine can; the first one should come early.
 */
export type Tts = ((text: string) => Observable<AudioFrame>) &
  Engine<Tts> & {
    /** The form for whole replies, for an engine that takes text as it is written: preferred if present. */
    readonly stream?: TtsStream;
  };

/**
 * Text-to-speech of a whole reply: text goes in as it is written, in pieces of any length; audio comes out as fast as
 * the engine can.
 *
 * `playedMs` returns how much of this reply's audio was heard, ms, until teardown. A service may report the words of
 * a cut reply (see the `heard` notice). Such an engine completes only when all of its audio was heard, so that an
 * earlier teardown is a cut.
 */
export type TtsStream = (text$: Observable<string>, playedMs: () => number) => Observable<AudioFrame>;
