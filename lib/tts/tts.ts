import type { Observable } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Warmable } from '../engine.ts';

/**
 * A text-to-speech engine: subscribing starts to synthesise one sentence, unsubscribing stops.
 *
 * Frames may be of any length and come as fast as the engine can; the first one should come early.
 */
export type Tts = ((text: string) => Observable<AudioFrame>) & Warmable;
