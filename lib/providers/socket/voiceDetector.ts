import { Subject } from 'rxjs';
import { type AudioFrame, frameMs } from '../../audio/frame.ts';
import { type VoiceActivity, voiceActivity } from '../../audio/voiceActivity.ts';

/** Detects voices in frames that are passed one by one, by loudness; positions are those of the caller, ms. */
export class VoiceDetector {
  readonly #frame$ = new Subject<AudioFrame>();
  #fromMs: number | undefined;
  #found: VoiceActivity[] = [];

  /** `hangoverMs`: silence after which a voice has ended. */
  constructor(hangoverMs: number) {
    this.#frame$.pipe(voiceActivity({ hangoverMs })).subscribe({
      next: activity => this.#found.push(activity),
      error: () => undefined, // it never errs
    });
  }

  /** The start and end of voices that are certain with this frame, which ends at this position, ms. */
  next(frame: AudioFrame, endMs: number): readonly VoiceActivity[] {
    const fromMs = (this.#fromMs ??= endMs - frameMs(frame));
    this.#found = [];
    this.#frame$.next(frame);
    return this.#found.map(({ type, at }) => ({ type, at: fromMs + at }));
  }
}
