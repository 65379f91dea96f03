import { type Observable, ReplaySubject, Subject, Subscription } from 'rxjs';
import { type AudioFrame, frameMs } from '../../audio/frame.ts';
import type { SttEvent } from '../../stt/stt.ts';
import { late } from '../loopback/inOrder.ts';
import type { ConnectionStt } from '../loopback/sttScript.ts';
import { newId, type RealtimeMessage, RealtimeRefusal } from './realtimeEvent.ts';
import { streamsWords, type Transcription, type TurnDetection } from './realtimeSettings.ts';
import { tokens } from './tokens.ts';

/** The parts of a session that its input needs. */
export interface RealtimeInputOptions {
  readonly stt: ConnectionStt;
  readonly turnDetection: () => TurnDetection | null;
  readonly transcription: () => Transcription | null;
  readonly sttMs: () => number;
  readonly send: (event: RealtimeMessage) => void;
  /** A turn began: its first voice. */
  readonly onVoice: () => void;
  /** A turn was committed; `byServer`: by turn detection. Returns the id of the item before it. */
  readonly onCommit: (id: string, heard$: Observable<string>, byServer: boolean) => string | null;
}

/** The least audio of a turn that a client commits, ms. */
const leastMs = 100;

/** Silence that ends a turn by meaning, ms, by eagerness. */
const semanticMs = { low: 800, medium: 400, auto: 400, high: 200 } as const;

/** A turn whose audio comes in. */
interface OpenTurn {
  readonly id: string;
  readonly heard$: ReplaySubject<string>;
  final: string;
  interim: string;
  /** The text that deltas have reported. */
  reported: string;
}

/** The input audio buffer of a session: turns found by an engine or committed by the client, and their transcripts. */
export class RealtimeInput {
  readonly #options: RealtimeInputOptions;
  readonly #work = new Subscription();
  /** Transcripts, which come later than the audio. */
  readonly #late$ = new Subject<() => void>();
  #positionMs = 0;
  /** How much audio was appended since the last commit, ms. */
  #bufferedMs = 0;
  #audio$: Subject<AudioFrame> | undefined;
  #listening: Subscription | undefined;
  #turn: OpenTurn | undefined;
  /** The turn that the client committed last, while the engine finishes it. */
  #finishing: OpenTurn | undefined;

  constructor(options: RealtimeInputOptions) {
    this.#options = options;
    this.#work.add(
      this.#late$.pipe(late(options.sttMs)).subscribe({ next: report => report(), error: () => undefined }),
    );
  }

  append(frame: AudioFrame): void {
    if (this.#audio$ === undefined) this.#listen();
    const ms = frameMs(frame);
    this.#positionMs += ms;
    this.#bufferedMs += ms;
    this.#audio$?.next(frame);
  }

  /** The client ends a turn. */
  commit(): void {
    if (this.#bufferedMs < leastMs - 0.01)
      throw new RealtimeRefusal(
        `Error committing input audio buffer: buffer too small. Expected at least ${leastMs}ms of audio, ` +
          `but buffer only has ${this.#bufferedMs.toFixed(2)}ms of audio.`,
        { code: 'input_audio_buffer_commit_empty' },
      );
    const turn = (this.#turn ??= this.#newTurn());
    const audio$ = this.#audio$;
    this.#audio$ = undefined;
    this.#commit(turn, false);
    this.#turn = undefined;
    this.#finishing = turn;
    if (audio$ === undefined) return this.#heard(turn);
    // The engine finishes the audio that it has, and reports it.
    this.#work.add(this.#listening);
    audio$.complete();
  }

  /** The client discards the audio that is not committed. */
  clear(): void {
    this.reset();
    this.#options.send({ type: 'input_audio_buffer.cleared' });
  }

  /** Listens with other settings from now on. */
  reset(): void {
    this.#listening?.unsubscribe();
    this.#audio$ = undefined;
    this.#turn?.heard$.complete();
    this.#turn = undefined;
    this.#bufferedMs = 0;
  }

  close(): void {
    this.#listening?.unsubscribe();
    this.#work.unsubscribe();
  }

  #listen(): void {
    const audio$ = (this.#audio$ = new Subject<AudioFrame>());
    const fromMs = this.#positionMs;
    const detection = this.#options.turnDetection();
    const engine = this.#options.stt(
      { silenceMs: silenceOf(detection), scriptSilenceMs: silenceOf(detection) },
      fromMs,
    );
    if (detection === null) this.#turn ??= this.#newTurn();
    /** The turn that the client has committed with this audio. */
    let committed: OpenTurn | undefined;
    const isOver = (): boolean => this.#audio$ !== audio$;
    this.#listening = audio$.pipe(engine).subscribe({
      next: event => {
        if (isOver()) committed ??= this.#finishing;
        const turn = committed ?? (detection === null ? this.#turn : undefined);
        if (turn === undefined) return this.#detected(event, fromMs);
        this.#note(turn, event);
        this.#report(turn);
      },
      error: () => this.#options.send(transcriptionFailed),
      complete: () => {
        committed ??= this.#finishing;
        if (committed) this.#heard(committed);
      },
    });
  }

  /** An event of the engine, where the server ends turns. */
  #detected(event: SttEvent, fromMs: number): void {
    const { send, turnDetection, onVoice } = this.#options;
    const detection = turnDetection();
    if (this.#turn === undefined) {
      if (event.type === 'utteranceEnd' || event.type === 'speechEnd') return;
      this.#turn = this.#newTurn();
      const at = fromMs + (event.type === 'speechStart' ? event.at : this.#positionMs - fromMs);
      const startMs = Math.max(0, Math.round(at - (detection?.prefix_padding_ms ?? 0)));
      send({ type: 'input_audio_buffer.speech_started', audio_start_ms: startMs, item_id: this.#turn.id });
      onVoice();
    }
    this.#note(this.#turn, event);
    if (event.type !== 'utteranceEnd') return;
    const turn = this.#turn;
    const endMs = Math.round(Math.min(this.#positionMs, fromMs + event.end + silenceOf(detection)));
    send({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: endMs, item_id: turn.id });
    this.#commit(turn, true);
    this.#turn = undefined;
    this.#heard(turn);
  }

  #note(turn: OpenTurn, event: SttEvent): void {
    if (event.type === 'interim') turn.interim = event.text;
    if (event.type !== 'final') return;
    turn.final = join(turn.final, event.text);
    turn.interim = '';
  }

  /** Reports the words so far, where the model streams them. */
  #report(turn: OpenTurn): void {
    if (!streamsWords(this.#options.transcription()?.model)) return;
    const text = join(turn.final, turn.interim);
    if (!text.startsWith(turn.reported) || text === turn.reported) return;
    const delta = text.slice(turn.reported.length);
    turn.reported = text;
    this.#late$.next(() => this.#delta(turn, delta));
  }

  #commit({ id, heard$ }: OpenTurn, byServer: boolean): void {
    this.#bufferedMs = 0;
    const previous = this.#options.onCommit(id, heard$, byServer);
    this.#options.send({ type: 'input_audio_buffer.committed', item_id: id, previous_item_id: previous });
  }

  /** All words of a committed turn are known. */
  #heard(turn: OpenTurn): void {
    const text = join(turn.final, turn.interim);
    turn.heard$.next(text);
    turn.heard$.complete();
    if (this.#options.transcription() === null) return;
    const rest = text.startsWith(turn.reported) ? text.slice(turn.reported.length) : '';
    this.#late$.next(() => {
      for (const delta of tokens(rest)) this.#delta(turn, delta);
      this.#options.send({
        type: 'conversation.item.input_audio_transcription.completed',
        item_id: turn.id,
        content_index: 0,
        transcript: text,
        usage: { type: 'duration', seconds: Math.ceil(this.#positionMs / 1000) },
      });
    });
  }

  #delta({ id }: OpenTurn, delta: string): void {
    this.#options.send({
      type: 'conversation.item.input_audio_transcription.delta',
      item_id: id,
      content_index: 0,
      delta,
    });
  }

  #newTurn(): OpenTurn {
    return { id: newId('item'), heard$: new ReplaySubject(1), final: '', interim: '', reported: '' };
  }
}

const transcriptionFailed: RealtimeMessage = {
  type: 'error',
  error: {
    type: 'server_error',
    code: null,
    message: 'The transcription failed.',
    param: null,
    event_id: null,
  },
};

/** The silence after which a session ends a turn, ms; for a client that commits its turns, that of a sentence. */
function silenceOf(detection: TurnDetection | null): number {
  if (detection === null) return 300;
  return detection.type === 'semantic_vad'
    ? semanticMs[detection.eagerness ?? 'auto']
    : (detection.silence_duration_ms ?? 500);
}

const join = (one: string, other: string): string => (one && other ? `${one} ${other}` : one + other);
