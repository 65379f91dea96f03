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
    /** The form for whole replies, where the engine takes text as it is written: preferred where it is there. */
    readonly stream?: TtsStream;
  };

/**
 * Text-to-speech of a whole reply: text goes in as it is written, in pieces of any length; audio comes out, as fast as
 * the engine can.
 *
 * `playedMs` tells how much of this reply's audio has been heard, ms, up to the moment of its teardown. A service that is
 * told of a cut can say what words those were (see the `heard` notice): such an engine completes only when all of its
 * audio was heard, so that every teardown before that is a cut.
 */
export type TtsStream = (text$: Observable<string>, playedMs: () => number) => Observable<AudioFrame>;
