import { asyncScheduler } from 'rxjs';
import { asText, newId, RealtimeRefusal } from './realtimeEvent.ts';

/** The turn detection of a session. */
export interface TurnDetection {
  readonly type: 'server_vad' | 'semantic_vad';
  readonly threshold?: number;
  readonly prefix_padding_ms?: number;
  readonly silence_duration_ms?: number;
  readonly eagerness?: 'low' | 'medium' | 'high' | 'auto';
  readonly create_response?: boolean;
  readonly interrupt_response?: boolean;
}

/** The transcription of a session's input. */
export interface Transcription {
  readonly model?: string;
}

type Fields = Readonly<Record<string, unknown>>;

const pcm = { type: 'audio/pcm', rate: 24_000 } as const;
const serverVad = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  idle_timeout_ms: null,
} as const;
const semanticVad = { type: 'semantic_vad', eagerness: 'auto' } as const;
const answering = { create_response: true, interrupt_response: true } as const;

/** Transcription models without turn detection: the client commits each turn (OpenAI's guide "Voice activity detection"). */
export const streamsWords = (model: string | undefined): boolean =>
  /live-transcribe|realtime-whisper/u.test(model ?? '');

/** The session of one connection: a conversation with a model, or a transcription. */
export class RealtimeSettings {
  readonly kind: 'realtime' | 'transcription';
  readonly #fixed: Fields;
  #own: Fields;
  #input: Fields;
  #output: Fields;

  /** `model`: that of the address; a transcription names its model in the session. */
  constructor(model: string | undefined, lifetimeMs: number) {
    this.kind = model === undefined ? 'transcription' : 'realtime';
    const isConversation = this.kind === 'realtime';
    this.#fixed = {
      type: this.kind,
      object: isConversation ? 'realtime.session' : 'realtime.transcription_session',
      id: newId('sess'),
      ...(model !== undefined && { model }),
      expires_at: Math.floor((asyncScheduler.now() + lifetimeMs) / 1000),
    };
    this.#own = isConversation
      ? {
          output_modalities: ['audio'],
          instructions: 'Your knowledge cutoff is 2025-06. You are a helpful, witty, and friendly AI.',
          tools: [],
          tool_choice: 'auto',
          max_output_tokens: 'inf',
          truncation: 'auto',
          tracing: null,
          prompt: null,
          include: null,
        }
      : { include: null };
    this.#input = {
      format: pcm,
      transcription: null,
      noise_reduction: null,
      turn_detection: isConversation ? { ...serverVad, ...answering } : serverVad,
    };
    this.#output = isConversation ? { format: pcm, voice: 'alloy', speed: 1 } : {};
  }

  /** The session as events show it. */
  get session(): Fields {
    const output = this.kind === 'realtime' && { output: this.#output };
    return { ...this.#fixed, ...this.#own, audio: { input: this.#input, ...output } };
  }

  get instructions(): string {
    return asText(this.#own['instructions'] ?? '');
  }

  get tools(): readonly unknown[] {
    return (this.#own['tools'] ?? []) as readonly unknown[];
  }

  get modalities(): readonly string[] {
    return (this.#own['output_modalities'] ?? ['audio']) as readonly string[];
  }

  get turnDetection(): TurnDetection | null {
    return this.#input['turn_detection'] as TurnDetection | null;
  }

  get transcription(): Transcription | null {
    return this.#input['transcription'] as Transcription | null;
  }

  get inputFormat(): string {
    return formatOf(this.#input);
  }

  get outputFormat(): string {
    return formatOf(this.#output);
  }

  get voice(): unknown {
    return this.#output['voice'];
  }

  get speed(): number {
    return Number(this.#output['speed'] ?? 1);
  }

  /**
   * Changes the fields that a `session.update` names.
   *
   * @throws RealtimeRefusal for a field or a value that the service refuses; nothing changes.
   */
  update(patch: unknown, hasSpoken: boolean): void {
    const { type, audio = {}, ...own } = objectOf(patch, 'session');
    if (type !== this.kind)
      throw refusal(
        `Passing a ${asText(type)} session update event to a ${this.kind} session is not allowed.`,
        {
          code: 'invalid_parameter',
          param: 'session.type',
        },
      );
    const { input = {}, output = {}, ...others } = objectOf(audio, 'session.audio');
    const known = this.kind === 'realtime' ? [...Object.keys(this.#own), 'reasoning', 'model'] : ['include'];
    refuseUnknown(own, known, 'session');
    refuseUnknown(others, [], 'session.audio');
    if (own['model'] !== undefined && own['model'] !== this.#fixed['model'])
      throw refusal("Cannot update a conversation's model.", { param: 'session.model' });
    const nextInput = this.#nextInput(objectOf(input, 'session.audio.input'));
    const nextOutput = this.#nextOutput(objectOf(output, 'session.audio.output'), hasSpoken);
    const { model, ...changed } = own;
    this.#own = { ...this.#own, ...changed };
    this.#input = nextInput;
    this.#output = nextOutput;
  }

  #nextInput(patch: Fields): Fields {
    const place = 'session.audio.input';
    refuseUnknown(patch, Object.keys(this.#input), place);
    if (patch['format'] !== undefined) checkFormat(patch['format'], `${place}.format`);
    const transcription = patch['transcription'];
    if (transcription)
      checkTranscription(objectOf(transcription, `${place}.transcription`), `${place}.transcription`);
    const next: Fields = { ...this.#input, ...patch };
    const wanted = patch['turn_detection'];
    const isStreaming = streamsWords((next['transcription'] as Transcription | null)?.model);
    if (wanted && this.kind === 'transcription' && isStreaming)
      throw refusal(
        'Turn detection is not supported for this transcription model. Set turn_detection to null.',
        {
          code: 'invalid_value',
          param: `${place}.turn_detection`,
        },
      );
    const detection =
      wanted === undefined
        ? // A model without turn detection has none unless the client sets one.
          isStreaming && this.kind === 'transcription'
          ? null
          : this.#input['turn_detection']
        : wanted === null
          ? null
          : this.#detection(objectOf(wanted, `${place}.turn_detection`));
    return { ...next, turn_detection: detection };
  }

  #detection(wanted: Fields): Fields {
    const place = 'session.audio.input.turn_detection';
    const type = wanted['type'] ?? 'server_vad';
    if (type !== 'server_vad' && type !== 'semantic_vad')
      throw refusal(
        `Invalid value: '${asText(type)}'. Supported values are: 'server_vad' and 'semantic_vad'.`,
        {
          code: 'invalid_value',
          param: `${place}.type`,
        },
      );
    const base: Fields = { ...(type === 'server_vad' ? serverVad : semanticVad), ...answering };
    refuseUnknown(wanted, Object.keys(base), place);
    const { create_response, interrupt_response, ...detection } = { ...base, ...wanted };
    return this.kind === 'realtime' ? { ...detection, create_response, interrupt_response } : detection;
  }

  #nextOutput(patch: Fields, hasSpoken: boolean): Fields {
    const place = 'session.audio.output';
    refuseUnknown(patch, Object.keys(this.#output), place);
    const { format, voice, speed } = patch;
    if (format !== undefined) checkFormat(format, `${place}.format`);
    if (voice !== undefined && voice !== this.#output['voice'] && hasSpoken)
      throw refusal("Cannot update a conversation's voice if assistant audio is present.", {
        code: 'cannot_update_voice',
        param: `${place}.voice`,
      });
    if (typeof voice === 'string' && !voices.includes(voice))
      throw refusal(
        `Invalid value: '${voice}'. Supported values are: ${voices.map(each => `'${each}'`).join(', ')}.`,
        {
          code: 'invalid_value',
          param: `${place}.voice`,
        },
      );
    if (speed !== undefined && !(typeof speed === 'number' && speed >= 0.25 && speed <= 1.5))
      throw refusal('Invalid speed: expected a value between 0.25 and 1.5.', {
        code: 'invalid_value',
        param: `${place}.speed`,
      });
    return { ...this.#output, ...patch };
  }
}

/** The voices of the Realtime API (`RealtimeAudioConfigOutput` of the official SDK). */
export const voices = [
  'alloy',
  'ash',
  'ballad',
  'coral',
  'echo',
  'sage',
  'shimmer',
  'verse',
  'marin',
  'cedar',
];

const refusal = (message: string, facts: { code?: string; param?: string } = {}): RealtimeRefusal =>
  new RealtimeRefusal(message, facts);

const objectOf = (value: unknown, param: string): Fields => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw refusal(`Invalid type for '${param}': expected an object.`, { code: 'invalid_type', param });
};

/** Refuses a field that the service does not know. */
export function refuseUnknown(fields: Fields, known: readonly string[], place: string): void {
  const unknown = Object.keys(fields).find(name => !known.includes(name));
  if (unknown !== undefined)
    throw refusal(`Unknown parameter: '${place}.${unknown}'.`, {
      code: 'unknown_parameter',
      param: `${place}.${unknown}`,
    });
}

const formatOf = ({ format }: Fields): string =>
  (format as { readonly type?: string } | undefined)?.type ?? pcm.type;

/** PCM is 24,000 Hz; the service refuses less with these words. */
function checkFormat(format: unknown, param: string): void {
  const { type, rate = 24_000 } = objectOf(format, param);
  if (!['audio/pcm', 'audio/pcmu', 'audio/pcma'].includes(String(type)))
    throw refusal(`Invalid value: '${asText(type)}'.`, { code: 'invalid_value', param: `${param}.type` });
  if (type === 'audio/pcm' && Number(rate) < 24_000)
    throw refusal(
      `Invalid '${param}.rate': integer below minimum value. Expected a value >= 24000, but got ${Number(rate)} instead.`,
      { code: 'integer_below_min_value', param: `${param}.rate` },
    );
}

/** Fields that only some transcription models take (`AudioTranscription` of the official SDK 7.59). */
function checkTranscription(transcription: Fields, param: string): void {
  const fields = ['model', 'language', 'languages', 'keywords', 'prompt', 'delay'];
  refuseUnknown(transcription, fields, param);
  const model = String(transcription['model']);
  const refuse = (field: string): void => {
    if (transcription[field] !== undefined)
      throw refusal(`'${field}' is not supported with ${model}.`, {
        code: 'unsupported_parameter',
        param: `${param}.${field}`,
      });
  };
  if (!/^gpt-(?:live-)?transcribe/u.test(model)) ['keywords', 'languages'].forEach(refuse);
  if (!streamsWords(model)) refuse('delay');
  if (/realtime-whisper/u.test(model)) refuse('prompt');
}
