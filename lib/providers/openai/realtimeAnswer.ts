import { asyncScheduler, defer, ReplaySubject, type Subscriber } from 'rxjs';
import { type AudioFrame, frameMs } from '../../audio/frame.ts';
import { PcmFrames } from '../../audio/pcmFrames.ts';
import type { LlmEvent, LlmRequest, Message } from '../../llm/message.ts';
import { Outage } from '../../rx/outage.ts';

/** An item of an answer that has audio. */
export interface SpokenItem {
  readonly id: string;
  /** How much of its audio came, ms. */
  audioMs: number;
}

/** One answer of the model: a response, its words and its audio. */
export class RealtimeAnswer {
  readonly messages: readonly Message[];
  readonly request: LlmRequest;
  readonly outage: Outage;
  /** The event that asked for it, and the response's own id. */
  eventId: string | undefined;
  responseId: string | undefined;
  /** Whether the response is over, and whether it has no subscriber any more. */
  isDone = false;
  isLeft = false;
  /** Whether its audio is played, or was. */
  isPlaying = false;
  /** Whether any of it was emitted: from then on it can't be asked for again. */
  hasBegun = false;
  readonly items: SpokenItem[] = [];
  readonly #subscriber: Subscriber<LlmEvent>;
  readonly #onCut: (answer: RealtimeAnswer, heardMs: number) => void;
  readonly #frame$ = new ReplaySubject<AudioFrame>(Infinity);
  readonly #pcm: PcmFrames;
  /** Audio that came ahead of the first word. */
  #early: AudioFrame[] | undefined = [];
  #audioMs = 0;
  #hasVoice = false;

  constructor(
    { messages, request, outageMs, sampleRate }: Asked,
    subscriber: Subscriber<LlmEvent>,
    onCut: (answer: RealtimeAnswer, heardMs: number) => void,
  ) {
    this.messages = messages;
    this.request = request;
    this.outage = new Outage(outageMs);
    this.#pcm = new PcmFrames(sampleRate);
    this.#subscriber = subscriber;
    this.#onCut = onCut;
  }

  emit(event: LlmEvent): void {
    this.hasBegun = true;
    this.#subscriber.next(event);
  }

  /** More words. They come ahead of their audio. */
  write(text: string): void {
    if (text === '') return;
    this.#begin();
    this.emit({ type: 'token', text });
    this.#release();
  }

  /** More audio of an item. */
  hear(item: string, bytes: Uint8Array): void {
    const frame = this.#pcm.next(bytes);
    if (frame === undefined) return;
    const last = this.items.at(-1);
    const spoken = last?.id === item ? last : { id: item, audioMs: 0 };
    if (spoken !== last) this.items.push(spoken);
    spoken.audioMs += frameMs(frame);
    this.#audioMs += frameMs(frame);
    if (this.#early) this.#early.push(frame);
    else this.#frame$.next(frame);
  }

  /** The response is over: nothing more comes. */
  complete(): void {
    this.isDone = true;
    this.#begin();
    this.#release();
    this.#frame$.complete();
    this.#subscriber.complete();
  }

  /** Does something later, as long as the answer has a subscriber. */
  later(ms: number, work: () => void): void {
    this.#subscriber.add(asyncScheduler.schedule(() => work(), ms));
  }

  /** The response broke off: the audio so far is still played. */
  fail(error: unknown): void {
    this.isDone = true;
    this.#release();
    this.#frame$.complete();
    this.#subscriber.error(error);
  }

  /** The voice begins, once there is anything to hear or read. */
  #begin(): void {
    if (this.#hasVoice || (this.items.length === 0 && this.isDone)) return;
    this.#hasVoice = true;
    this.emit({
      type: 'voice',
      audio$: defer(() => {
        this.isPlaying = true;
        return this.#frame$;
      }),
      played: ms => {
        if (!this.isDone || ms < this.#audioMs - 1) this.#onCut(this, ms);
      },
    });
  }

  #release(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const frame of early) this.#frame$.next(frame);
  }
}

/** A request for an answer. */
export interface Asked {
  readonly messages: readonly Message[];
  readonly request: LlmRequest;
  readonly outageMs: number;
  readonly sampleRate: number;
}
