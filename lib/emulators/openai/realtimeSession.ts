import { catchError, type Observable, of, Subscription, switchMap } from 'rxjs';
import { scriptedTts } from '../../testing/scriptedTts.ts';
import { AudioFromClient } from '../loopback/audioFromClient.ts';
import type { Fault } from '../loopback/fault.ts';
import type { ConnectionStt } from '../loopback/sttScript.ts';
import {
  type ChatMessage,
  defaultLatencies,
  type ModelReply,
  type OpenaiServerOptions,
} from './openaiOptions.ts';
import { readAloud } from './readAloud.ts';
import {
  itemFrom,
  messagesOf$,
  RealtimeConversation,
  type RealtimeItem,
  textOf,
} from './realtimeConversation.ts';
import { asText, errorEvent, newId, type RealtimeMessage, RealtimeRefusal } from './realtimeEvent.ts';
import { RealtimeInput } from './realtimeInput.ts';
import { RealtimeResponse } from './realtimeResponse.ts';
import { RealtimeSettings, refuseUnknown } from './realtimeSettings.ts';
import { tokenCount } from './tokens.ts';

/** The parts of a server that a session needs. */
export interface RealtimeSessionOptions {
  /** The model of the address; none for a transcription. */
  readonly model: string | undefined;
  readonly lifetimeMs: number;
  readonly stt: ConnectionStt;
  readonly options: () => OpenaiServerOptions;
  readonly has: (fault: Fault) => boolean;
  readonly send: (event: RealtimeMessage) => void;
  readonly onSpeaking: () => void;
}

/** A text that a voice says instead of the one that it should read. */
const otherWords = "I'm sorry, but I can't help with that.";

const pcmRate = 24_000;
const audioFormats = {
  'audio/pcm': { encoding: 'linear16', sampleRate: pcmRate },
  'audio/pcmu': { encoding: 'mulaw', sampleRate: 8_000 },
  'audio/pcma': { encoding: 'alaw', sampleRate: 8_000 },
} as const;

const audioFormat = (type: string) =>
  Object.hasOwn(audioFormats, type) ? audioFormats[type as 'audio/pcm'] : audioFormats['audio/pcm'];

/** The fields of a response (`RealtimeResponseCreateParams` of the official SDK); its speed is the session's. */
const responseFields = [
  'audio',
  'conversation',
  'input',
  'instructions',
  'max_output_tokens',
  'metadata',
  'output_modalities',
  'parallel_tool_calls',
  'prompt',
  'reasoning',
  'tool_choice',
  'tools',
];

const outputOf = ({ audio }: RealtimeMessage): RealtimeMessage =>
  ((audio ?? {}) as { readonly output?: RealtimeMessage }).output ?? {};

interface Running {
  readonly response: RealtimeResponse;
  readonly work: Subscription;
}

/** One session of the Realtime API: its settings, its conversation, its input, and the responses under way. */
export class RealtimeSession {
  readonly #options: RealtimeSessionOptions;
  readonly #settings: RealtimeSettings;
  readonly #conversation = new RealtimeConversation();
  readonly #conversationId = newId('conv');
  readonly #input: RealtimeInput;
  #decoder: { readonly format: string; readonly from: AudioFromClient } | undefined;
  readonly #responses = new Map<string, Running>();
  #hasSpoken = false;
  /** The number of texts that were read aloud. */
  #read = 0;

  constructor(options: RealtimeSessionOptions) {
    this.#options = options;
    this.#settings = new RealtimeSettings(options.model, options.lifetimeMs);
    this.#input = new RealtimeInput({
      stt: options.stt,
      turnDetection: () => this.#settings.turnDetection,
      transcription: () => this.#settings.transcription,
      sttMs: () => this.#latencies.sttMs,
      send: event => this.#send(event),
      onVoice: () => {
        if (this.#settings.turnDetection?.interrupt_response === true) this.#cancelDefault('turn_detected');
      },
      onCommit: (id, heard$, byServer) => this.#committed(id, heard$, byServer),
    });
  }

  /** The first event. */
  open(): void {
    this.#send({ type: 'session.created', session: this.#settings.session });
  }

  /** An event of the client. */
  handle(event: RealtimeMessage | undefined): void {
    try {
      if (event === undefined)
        throw new RealtimeRefusal('The event could not be parsed as JSON.', { code: 'invalid_json' });
      this.#handle(event);
    } catch (error) {
      if (!(error instanceof RealtimeRefusal)) throw error;
      const { message, code, param } = error;
      const eventId = typeof event?.['event_id'] === 'string' ? event['event_id'] : null;
      this.#send(errorEvent(message, { code, param, eventId }));
    }
  }

  close(): void {
    this.#input.close();
    for (const { work } of this.#responses.values()) work.unsubscribe();
  }

  #handle(event: RealtimeMessage): void {
    switch (event.type) {
      case 'session.update': {
        const before = JSON.stringify(this.#settings.turnDetection);
        this.#settings.update(event['session'], this.#hasSpoken);
        if (JSON.stringify(this.#settings.turnDetection) !== before) this.#input.reset();
        return this.#send({ type: 'session.updated', session: this.#settings.session });
      }
      case 'input_audio_buffer.append':
        return this.#append(event['audio']);
      case 'input_audio_buffer.commit':
        return this.#input.commit();
      case 'input_audio_buffer.clear':
        return this.#input.clear();
    }
    if (this.#settings.kind === 'transcription')
      throw new RealtimeRefusal(`Invalid event '${asText(event.type)}' for a transcription session.`, {
        code: 'invalid_event',
        param: 'type',
      });
    switch (event.type) {
      case 'conversation.item.create': {
        const item = itemFrom(event['item']);
        this.#added(item, this.#conversation.add(item, event['previous_item_id']));
        return;
      }
      case 'conversation.item.retrieve':
        return this.#send({
          type: 'conversation.item.retrieved',
          item: this.#conversation.find(event['item_id']).fields,
        });
      case 'conversation.item.delete':
        this.#conversation.delete(event['item_id']);
        return this.#send({ type: 'conversation.item.deleted', item_id: event['item_id'] });
      case 'conversation.item.truncate': {
        this.#conversation.truncate(event);
        const { item_id, content_index, audio_end_ms } = event;
        return this.#send({ type: 'conversation.item.truncated', item_id, content_index, audio_end_ms });
      }
      case 'response.create':
        return this.#create((event['response'] ?? {}) as RealtimeMessage);
      case 'response.cancel':
        return this.#cancel(event['response_id']);
      default:
        throw new RealtimeRefusal(`Invalid value: '${asText(event.type)}'.`, {
          code: 'invalid_value',
          param: 'type',
        });
    }
  }

  #append(audio: unknown): void {
    if (typeof audio !== 'string')
      throw new RealtimeRefusal("Missing required parameter: 'audio'.", { param: 'audio' });
    const format = this.#settings.inputFormat;
    if (this.#decoder?.format !== format)
      this.#decoder = { format, from: new AudioFromClient({ ...audioFormat(format), channels: 1 }) };
    const frame = this.#decoder.from.next(Buffer.from(audio, 'base64'));
    if (frame === undefined)
      throw new RealtimeRefusal('Invalid audio: it cannot be decoded as announced.', {
        code: 'invalid_value',
        param: 'audio',
      });
    if (frame.pcm.length > 0) this.#input.append(frame);
  }

  #committed(id: string, heard$: Observable<string>, byServer: boolean): string | null {
    const fields: RealtimeMessage = {
      id,
      object: 'realtime.item',
      type: 'message',
      status: 'completed',
      role: 'user',
      content: [{ type: 'input_audio', transcript: null }],
    };
    const item: RealtimeItem = { id, fields, heard$ };
    const previous = this.#conversation.add(item);
    // The item follows the event `committed`, and a response follows the item.
    queueMicrotask(() => {
      this.#added(item, previous);
      if (
        this.#settings.kind === 'realtime' &&
        byServer &&
        this.#settings.turnDetection?.create_response === true
      )
        if (this.#default === undefined) this.#create({});
    });
    return previous;
  }

  #added(item: RealtimeItem, previous: string | null): void {
    for (const type of ['conversation.item.added', 'conversation.item.done'])
      this.#send({ type, previous_item_id: previous, item: item.fields });
  }

  /** The response that writes to the conversation. */
  get #default(): Running | undefined {
    return [...this.#responses.values()].find(({ response }) => response.options.conversation !== null);
  }

  #create(wanted: RealtimeMessage): void {
    refuseUnknown(wanted, responseFields, 'response');
    refuseUnknown(outputOf(wanted), ['format', 'voice'], 'response.audio.output');
    const isOutOfBand = wanted['conversation'] === 'none';
    const active = this.#default;
    if (!isOutOfBand && active)
      throw new RealtimeRefusal(
        `Conversation already has an active response in progress: ${active.response.id}. ` +
          'Wait until the response is finished before creating a new one.',
        { code: 'conversation_already_has_active_response' },
      );
    const own = Array.isArray(wanted['input'])
      ? wanted['input'].map(each => this.#inputItem(each))
      : undefined;
    const instructions = asText(wanted['instructions'] ?? this.#settings.instructions);
    const response = this.#newResponse(wanted, isOutOfBand);
    const messages$ =
      own === undefined ? this.#conversation.messages$(instructions) : messagesOf$(own, instructions);
    const lastText = textOf(own?.at(-1)?.fields ?? {});
    this.#send(response.created());
    const work = new Subscription();
    this.#responses.set(response.id, { response, work });
    work.add(
      messages$
        .pipe(
          switchMap(messages => {
            const reply = this.#reply(
              isOutOfBand ? readAloud(instructions, lastText) : undefined,
              messages,
              wanted,
            );
            return response.events$(reply, tokenCount(messages));
          }),
          catchError((error: unknown) =>
            of(...response.failed(error instanceof Error ? error.message : String(error))),
          ),
        )
        .subscribe({
          next: event => {
            if (event.type === 'response.done') this.#responses.delete(response.id);
            this.#send(event);
          },
          error: () => undefined,
        }),
    );
  }

  #inputItem(given: unknown): RealtimeItem {
    const { type, id } = (given ?? {}) as RealtimeMessage;
    return type === 'item_reference' ? this.#conversation.find(id) : itemFrom(given);
  }

  #newResponse(wanted: RealtimeMessage, isOutOfBand: boolean): RealtimeResponse {
    const { tts, msPerCharacter = 60 } = this.#options.options();
    const { ttsMs, ttsSpeed, firstTokenMs, tokensPerSecond } = this.#latencies;
    const modalities = (wanted['output_modalities'] ?? this.#settings.modalities) as readonly string[];
    const output = outputOf(wanted);
    const format = audioFormat(
      (output['format'] as { readonly type?: string } | undefined)?.type ?? this.#settings.outputFormat,
    );
    const limit = wanted['max_output_tokens'];
    const { sampleRate } = format;
    return new RealtimeResponse({
      isAudio: modalities.includes('audio'),
      conversation: isOutOfBand ? null : this.#conversationId,
      metadata: wanted['metadata'],
      voice: output['voice'] ?? this.#settings.voice,
      maxTokens: typeof limit === 'number' ? limit : Infinity,
      speech: {
        ...format,
        speed: ttsSpeed,
        tts:
          tts ??
          scriptedTts({
            firstAudioMs: 0,
            sampleRate,
            msPerCharacter: msPerCharacter / this.#settings.speed,
          }),
      },
      firstMs: isOutOfBand ? ttsMs : firstTokenMs,
      tokensPerSecond,
      onSpeaking: () => {
        this.#hasSpoken = true;
        this.#options.onSpeaking();
      },
      onItem: item => this.#conversation.add(item),
    });
  }

  /** The reply of the model: the text that it reads, or an answer to the conversation. */
  #reply(aloud: string | undefined, messages: readonly ChatMessage[], wanted: RealtimeMessage): ModelReply {
    const { reply = 'Hello. This is a test.', reword } = this.#options.options();
    if (aloud !== undefined) {
      const index = this.#read++;
      return this.#options.has('reworded') ? otherWords : (reword?.(aloud, index) ?? aloud);
    }
    if (typeof reply !== 'function') return reply;
    const tools = (wanted['tools'] ?? this.#settings.tools) as readonly unknown[];
    return reply(messages, { model: this.#options.model ?? '', messages, tools });
  }

  #cancel(id: unknown): void {
    const running = id === undefined ? this.#default : this.#responses.get(asText(id));
    if (running === undefined)
      throw new RealtimeRefusal('Cancellation failed: no active response found', {
        code: 'response_cancel_not_active',
      });
    this.#cut(running, 'client_cancelled');
  }

  #cancelDefault(reason: 'turn_detected'): void {
    const running = this.#default;
    if (running) this.#cut(running, reason);
  }

  #cut({ response, work }: Running, reason: 'client_cancelled' | 'turn_detected'): void {
    work.unsubscribe();
    this.#responses.delete(response.id);
    for (const event of response.cancelled(reason)) this.#send(event);
  }

  get #latencies() {
    return { ...defaultLatencies, ...this.#options.options().latencies };
  }

  #send(event: RealtimeMessage): void {
    this.#options.send({ ...event, event_id: newId('event') });
  }
}
