import { FluxSpeech, type Segment } from './fluxSpeech.ts';

/** Steps of a session, one after the other. */
export type FluxJob =
  | { readonly type: 'say'; readonly message: object }
  | { readonly type: 'speak'; readonly speech: FluxSpeech; readonly segment: Segment }
  | { readonly type: 'end'; readonly speech: FluxSpeech }
  /** Instead of all that waits. */
  | { readonly type: 'interrupted'; readonly message: object }
  | { readonly type: 'close' };

/** Options of a {@link FluxSession}. */
export interface FluxSessionOptions {
  readonly maxCharacters: number;
  readonly do: (job: FluxJob) => void;
  /** Says something at once. */
  readonly say: (message: object) => void;
  /** Says that it can't go on, and why. */
  readonly fail: (code: string, description: string, closeCode: number) => void;
}

/** State of one socket of Flux text-to-speech: the replies, the positions of their audio, and the part that was heard. */
export class FluxSession {
  readonly #options: FluxSessionOptions;
  /** The reply whose text comes in. */
  #open: FluxSpeech | undefined;
  #speeches: readonly FluxSpeech[] = [];
  /** The length of the session's audio: synthesised, or played up to the last cut. */
  #audioMs = 0;
  #playedMs = -1;
  #interrupting = false;
  #hasAudio = false;
  readonly #totals = { speeches: 0, audioMs: 0, characters: 0 };

  constructor(options: FluxSessionOptions) {
    this.#options = options;
  }

  handle(message: Readonly<Record<string, unknown>> | undefined): void {
    switch (message?.['type']) {
      case 'Speak':
        return this.#speak(message['text']);
      case 'Flush':
        return this.#flush();
      case 'Interrupt':
        return this.#interrupt(message['playback_offset'] as { readonly value?: number } | undefined);
      case 'Configure':
        return this.#configure(message['speed']);
      case 'Close':
        if (this.#open) this.#flush();
        return this.#options.do({ type: 'close' });
      default:
        this.#options.fail('MESSAGE-0000', 'The message could not be understood.', 1003);
    }
  }

  /** Audio of a reply was sent. */
  spoke({ speech, segment }: Extract<FluxJob, { readonly type: 'speak' }>, ms: number): void {
    speech.startMs ??= this.#audioMs;
    segment.audioMs += ms;
    this.#audioMs += ms;
    this.#totals.audioMs += ms;
    this.#hasAudio ||= ms > 0;
  }

  /** All audio of a reply was sent; what to say of it. */
  ended(speech: FluxSpeech): object[] {
    const empty = speech.audioMs === 0;
    return [
      ...(empty ? [warning('NO_SYNTHESIZABLE_TEXT', 'The turn had no text that could be spoken.')] : []),
      { type: 'SpeechMetadata', ...speech.metadata() },
    ];
  }

  /** The cut reply has been reported. */
  interrupted(): void {
    this.#interrupting = false;
  }

  /** The last message. */
  metadata(): object {
    const { audioMs, characters } = this.#totals;
    return {
      type: 'SessionMetadata',
      total_audio_duration_ms: Math.round(audioMs),
      total_input_character_count: characters,
      total_billable_character_count: characters,
    };
  }

  #speak(text: unknown): void {
    const { maxCharacters, fail, do: then } = this.#options;
    if (typeof text !== 'string') return fail('MESSAGE-0000', 'text is required.', 1003);
    if (text.length > maxCharacters)
      return fail('BIG-0000', `The text is longer than ${maxCharacters} characters.`, 1009);
    this.#totals.characters += text.length;
    if (!this.#open) {
      this.#open = new FluxSpeech(++this.#totals.speeches);
      this.#speeches = [...this.#speeches, this.#open];
      then({ type: 'say', message: { type: 'SpeechStarted', speech_id: this.#open.id } });
    }
    this.#speakAll(this.#open, this.#open.add(text));
  }

  #flush(): void {
    const speech = this.#open;
    if (!speech) return this.#options.say(warning('NO_ACTIVE_SPEECH', 'Flush arrived with no active turn.'));
    this.#open = undefined;
    // In its turn, not on receipt: after the audio of the replies before it, and before the rest of its own.
    this.#options.do({ type: 'say', message: { type: 'Flushed', speech_id: speech.id } });
    this.#speakAll(speech, speech.flush());
    this.#options.do({ type: 'end', speech });
  }

  #speakAll(speech: FluxSpeech, segments: readonly Segment[]): void {
    for (const segment of segments)
      if (/[\p{L}\p{N}]/u.test(segment.text)) this.#options.do({ type: 'speak', speech, segment });
  }

  /** The offset is of the session's audio, and has to be past the last. */
  #interrupt(offset: { readonly value?: number } | undefined): void {
    const { say, do: then } = this.#options;
    const value = offset?.value;
    if (!this.#hasAudio) return say(warning('NO_AUDIO_GENERATED', 'The session has produced no audio yet.'));
    if (this.#interrupting)
      return say(warning('INTERRUPT_IN_PROGRESS', 'An earlier Interrupt is still being processed.'));
    if (value !== undefined && !(value > this.#playedMs))
      return say(warning('INVALID_INTERRUPT_OFFSET', 'playback_offset did not advance.'));
    const playedMs = value ?? this.#audioMs;
    const begun = this.#speeches.filter(({ startMs }) => startMs !== undefined && startMs <= playedMs);
    const speech = begun.at(-1) ?? this.#speeches.at(-1)!;
    const { spoken, remaining } = speech.heard(playedMs - (speech.startMs ?? playedMs));
    [this.#open, this.#speeches, this.#interrupting] = [undefined, [], true];
    [this.#playedMs, this.#audioMs] = [playedMs, playedMs];
    // `SpeakV2SessionMetadata`: an Interrupt rebases the total onto the played length.
    this.#totals.audioMs = playedMs;
    then({
      type: 'interrupted',
      message: {
        type: 'SpeechInterrupted',
        audio_played_ms: Math.round(playedMs),
        ...(value !== undefined && { text_spoken: spoken, text_remaining: remaining }),
        metadata: speech.metadata(),
      },
    });
  }

  #configure(speed: unknown): void {
    if (speed === undefined) return this.#options.say({ type: 'ConfigureSuccess', applied: {} });
    const value = Number(speed);
    const steps = value / 0.05;
    const code =
      value >= 0.5 && value <= 1.5
        ? Math.abs(steps - Math.round(steps)) < 1e-6
          ? undefined
          : 'SPEED_INCREMENT_INVALID'
        : 'SPEED_OUT_OF_RANGE';
    this.#options.say(
      code === undefined
        ? { type: 'ConfigureSuccess', applied: { speed: value } }
        : {
            type: 'ConfigureFailure',
            code,
            field: 'speed',
            value,
            description: 'speed must be from 0.5 to 1.5 in steps of 0.05.',
          },
    );
  }
}

const warning = (code: string, description: string): object => ({ type: 'Warning', code, description });
