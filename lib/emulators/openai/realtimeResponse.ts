import { concat, defer, from, ignoreElements, map, mergeMap, type Observable, of, timer } from 'rxjs';
import { frameMs } from '../../audio/frame.ts';
import { onFirst } from '../../rx/onFirst.ts';
import { encoded, spokenFrames, type SpokenOptions } from '../loopback/spoken.ts';
import type { ModelReply } from './openaiOptions.ts';
import { newId, type RealtimeMessage } from './realtimeEvent.ts';
import type { RealtimeItem } from './realtimeConversation.ts';
import { tokenCount, tokens } from './tokens.ts';

/** The settings of one response. */
export interface RealtimeResponseOptions {
  readonly isAudio: boolean;
  /** The id of the conversation that it writes to; none for a response out of band. */
  readonly conversation: string | null;
  readonly metadata: unknown;
  readonly voice: unknown;
  /** The limit of its output, tokens; without one Infinity. */
  readonly maxTokens: number;
  readonly speech: SpokenOptions;
  /** From the request to its first output, ms. */
  readonly firstMs: number;
  readonly tokensPerSecond: number;
  readonly onSpeaking: () => void;
  /** Adds an item of the output to the conversation; returns the id of the item before it. */
  readonly onItem: (item: RealtimeItem) => string | null;
}

/** How far the transcript is ahead of the audio, ms, and how long a character of it takes. */
const transcript = { leadMs: 400, msPerCharacter: 40 } as const;

/** About how much audio a token of it holds, ms. */
const audioTokenMs = 50;

/** A response of a session: its events while it is made, and those that end it early. */
export class RealtimeResponse {
  readonly id = newId('resp');
  readonly options: RealtimeResponseOptions;
  #output: RealtimeMessage[] = [];
  /** The item whose output comes, and its text so far. */
  #open:
    { readonly item: RealtimeItem; readonly index: number; text: string; inputTokens: number } | undefined;
  #inputTokens = 0;
  #audioMs = 0;
  #textTokens = 0;

  constructor(options: RealtimeResponseOptions) {
    this.options = options;
  }

  /** The event that begins it. */
  created(): RealtimeMessage {
    return { type: 'response.created', response: this.#response('in_progress', null) };
  }

  /** Its events, up to `response.done`. */
  events$(reply: ModelReply, inputTokens: number): Observable<RealtimeMessage> {
    this.#inputTokens = inputTokens;
    const {
      text = '',
      toolCalls = [],
      refusal,
      finishReason,
    } = typeof reply === 'string' ? { text: reply } : reply;
    const said = text || (refusal ?? '');
    const { firstMs, isAudio } = this.options;
    return concat(
      timer(firstMs).pipe(ignoreElements()),
      defer(() => (said === '' ? [] : isAudio ? this.#spoken(said) : this.#written(said))),
      from(toolCalls).pipe(mergeMap(call => defer(() => this.#called(call)), 1)),
      defer(() => {
        if (finishReason === 'content_filter')
          return of(this.#done('incomplete', { type: 'incomplete', reason: 'content_filter' }));
        return of(
          this.#isOverLimit
            ? this.#done('incomplete', { type: 'incomplete', reason: 'max_output_tokens' })
            : this.#done('completed', null),
        );
      }),
    );
  }

  /** The events of a response that is cut. */
  cancelled(reason: 'client_cancelled' | 'turn_detected'): readonly RealtimeMessage[] {
    const closing = this.#open === undefined ? [] : this.#closed('incomplete');
    return [...closing, this.#done('cancelled', { type: 'cancelled', reason })];
  }

  /** The events of a response whose reply or voice throws. */
  failed(message: string): readonly RealtimeMessage[] {
    const closing = this.#open === undefined ? [] : this.#closed('incomplete');
    const error = { type: 'server_error', code: 'server_error', message };
    return [...closing, this.#done('failed', { type: 'failed', error })];
  }

  get #isOverLimit(): boolean {
    return this.#audioMs / audioTokenMs + this.#textTokens > this.options.maxTokens;
  }

  #spoken(text: string): Observable<RealtimeMessage> {
    const { speech, onSpeaking, maxTokens } = this.options;
    const waiting = [...tokens(text)];
    let characters = 0;
    const due = (): RealtimeMessage[] => {
      const events: RealtimeMessage[] = [];
      while (
        waiting.length > 0 &&
        characters * transcript.msPerCharacter <= this.#audioMs + transcript.leadMs
      ) {
        const delta = waiting.shift()!;
        characters += delta.length;
        events.push(this.#wrote(delta, 'response.output_audio_transcript.delta'));
      }
      return events;
    };
    return concat(
      defer(() => this.#begin('output_audio')),
      spokenFrames(text, speech).pipe(
        onFirst(onSpeaking),
        mergeMap(frame => {
          if (this.#audioMs / audioTokenMs > maxTokens) return [];
          const before = due();
          this.#audioMs += frameMs(frame);
          if (this.#open?.item.spoken) this.#open.item.spoken.audioMs = this.#audioMs;
          const delta = Buffer.from(encoded(frame, speech)).toString('base64');
          return [...before, { ...this.#place, type: 'response.output_audio.delta', delta }];
        }),
      ),
      defer(() => {
        const rest = this.#isOverLimit ? [] : waiting.splice(0);
        return [
          ...rest.map(delta => this.#wrote(delta, 'response.output_audio_transcript.delta')),
          ...this.#closed(this.#isOverLimit ? 'incomplete' : 'completed'),
        ];
      }),
    );
  }

  #written(text: string): Observable<RealtimeMessage> {
    const { tokensPerSecond } = this.options;
    const tokenMs = tokensPerSecond > 0 ? 1000 / tokensPerSecond : 0;
    return concat(
      defer(() => this.#begin('output_text')),
      from(tokens(text)).pipe(
        mergeMap(
          delta =>
            (tokenMs > 0 ? timer(tokenMs) : of(0)).pipe(
              map(() => this.#wrote(delta, 'response.output_text.delta')),
            ),
          1,
        ),
      ),
      defer(() => this.#closed('completed')),
    );
  }

  #called({
    name,
    arguments: given,
  }: {
    readonly name: string;
    readonly arguments: object | string;
  }): readonly RealtimeMessage[] {
    const index = this.#output.length;
    const id = newId('item');
    const call = newId('call');
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    const begun = {
      id,
      object: 'realtime.item',
      type: 'function_call',
      status: 'in_progress',
      call_id: call,
      name,
      arguments: '',
    };
    const fields = { ...begun, status: 'completed', arguments: text };
    const item: RealtimeItem = { id, fields };
    const previous = this.options.conversation === null ? null : this.options.onItem(item);
    this.#output.push(fields);
    this.#textTokens += tokenCount(text);
    const place = { response_id: this.id, item_id: id, output_index: index, call_id: call };
    const inConversation = (type: string, shown: object): RealtimeMessage[] =>
      this.options.conversation === null ? [] : [{ type, previous_item_id: previous, item: shown }];
    return [
      { type: 'response.output_item.added', response_id: this.id, output_index: index, item: begun },
      ...inConversation('conversation.item.added', begun),
      ...(text.match(/[\s\S]{1,12}/gu) ?? []).map(delta => ({
        ...place,
        type: 'response.function_call_arguments.delta',
        delta,
      })),
      { ...place, type: 'response.function_call_arguments.done', name, arguments: text },
      { type: 'response.output_item.done', response_id: this.id, output_index: index, item: fields },
      ...inConversation('conversation.item.done', fields),
    ];
  }

  #begin(kind: 'output_audio' | 'output_text'): readonly RealtimeMessage[] {
    const id = newId('item');
    const fields: RealtimeMessage = {
      id,
      object: 'realtime.item',
      type: 'message',
      status: 'in_progress',
      role: 'assistant',
      content: [],
    };
    const item: RealtimeItem = {
      id,
      fields,
      ...(kind === 'output_audio' && { spoken: { text: '', audioMs: 0 } }),
    };
    const index = this.#output.length;
    this.#open = { item, index, text: '', inputTokens: 0 };
    const { conversation, onItem } = this.options;
    const previous = conversation === null ? null : onItem(item);
    const part = kind === 'output_audio' ? { type: 'audio', transcript: '' } : { type: 'text', text: '' };
    return [
      { type: 'response.output_item.added', response_id: this.id, output_index: index, item: fields },
      ...(conversation === null
        ? []
        : [{ type: 'conversation.item.added', previous_item_id: previous, item: fields }]),
      { ...this.#place, type: 'response.content_part.added', part },
    ];
  }

  #wrote(delta: string, type: string): RealtimeMessage {
    const open = this.#open!;
    open.text += delta;
    this.#textTokens++;
    if (open.item.spoken) open.item.spoken.text = open.text;
    return { ...this.#place, type, delta };
  }

  /** The events that end the item whose output came. */
  #closed(status: 'completed' | 'incomplete'): readonly RealtimeMessage[] {
    const { item, index, text } = this.#open!;
    const place = this.#place;
    const isAudio = item.spoken !== undefined;
    const content = isAudio ? { type: 'output_audio', transcript: text } : { type: 'output_text', text };
    item.fields = { ...item.fields, status, content: [content] };
    this.#output = [...this.#output.slice(0, index), item.fields];
    this.#open = undefined;
    return [
      ...(isAudio
        ? [
            { ...place, type: 'response.output_audio.done' },
            { ...place, type: 'response.output_audio_transcript.done', transcript: text },
          ]
        : [{ ...place, type: 'response.output_text.done', text }]),
      {
        ...place,
        type: 'response.content_part.done',
        part: isAudio ? { type: 'audio', transcript: text } : { type: 'text', text },
      },
      { type: 'response.output_item.done', response_id: this.id, output_index: index, item: item.fields },
      ...(this.options.conversation === null
        ? []
        : [{ type: 'conversation.item.done', previous_item_id: null, item: item.fields }]),
    ];
  }

  get #place(): { readonly [field: string]: unknown } {
    const { item, index } = this.#open!;
    return { response_id: this.id, item_id: item.id, output_index: index, content_index: 0 };
  }

  #done(status: string, details: object | null): RealtimeMessage {
    return { type: 'response.done', response: this.#response(status, details) };
  }

  #response(status: string, details: object | null): object {
    const { conversation, metadata, voice, isAudio, maxTokens } = this.options;
    const audioTokens = Math.ceil(this.#audioMs / audioTokenMs);
    return {
      object: 'realtime.response',
      id: this.id,
      status,
      status_details: details,
      output: this.#output,
      conversation_id: conversation,
      output_modalities: [isAudio ? 'audio' : 'text'],
      max_output_tokens: Number.isFinite(maxTokens) ? maxTokens : 'inf',
      audio: { output: { format: { type: 'audio/pcm', rate: 24_000 }, voice } },
      usage:
        status === 'in_progress'
          ? null
          : {
              total_tokens: this.#inputTokens + audioTokens + this.#textTokens,
              input_tokens: this.#inputTokens,
              output_tokens: audioTokens + this.#textTokens,
              output_token_details: { text_tokens: this.#textTokens, audio_tokens: audioTokens },
            },
      metadata: metadata ?? null,
    };
  }
}
