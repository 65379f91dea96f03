import type { ApiName, Transport } from './modelApi.ts';
import { openaiConnection } from './openaiConnection.ts';
import type { OpenaiLlmOptions } from './openaiLlmOptions.ts';
import type { OpenaiSttOptions } from './openaiSttOptions.ts';
import type { OpenaiTtsOptions } from './openaiTtsOptions.ts';
import { protocolOf } from './protocolOf.ts';
import { realtimeAddress } from './realtimeSocket.ts';
import { realtimeModel } from './realtimeTts.ts';
import { chosenTranscription } from './transcriptionSession.ts';
import { voiceApi } from './voiceApi.ts';

/** The protocol in which a model is asked. */
export interface OpenaiProtocol {
  readonly api: ApiName;
  readonly transport: Transport;
  /** The address of the requests, or of the WebSocket. */
  readonly url: string;
}

/**
 * The protocol that an engine with these options uses, for checks of a configuration. Throws an RxvoiceError where an
 * option can't be.
 *
 * @example
 * openaiProtocol({ apiKey }); // { api: 'responses', transport: 'websocket', url: 'wss://api.openai.com/v1/responses' }
 */
export function openaiProtocol(options: OpenaiLlmOptions = {}): OpenaiProtocol {
  const connection = openaiConnection(options);
  const { api, transport } = protocolOf(options, connection, options.model ?? '');
  const base = connection.baseURL.replace(/\/$/u, '');
  const path = api === 'chat' ? 'chat/completions' : 'responses';
  const origin = transport === 'websocket' ? base.replace(/^http/iu, 'ws') : base;
  return { api, transport, url: `${origin}/${path}` };
}

/** The protocol of a voice. */
export interface OpenaiVoiceProtocol {
  readonly api: 'realtime' | 'speech';
  /** The address of the WebSocket, or of the requests. */
  readonly url: string;
  /** The day, `yyyy-mm-dd`, on which the service ends this. */
  readonly endsOn?: string;
}

/**
 * The protocol that a voice with these options uses, for checks of a configuration. Throws an RxvoiceError where an
 * option can't be.
 *
 * @example
 * openaiVoiceProtocol({ apiKey, model: 'tts-1' }); // { api: 'speech', url: …, endsOn: '2027-01-06' }
 */
export function openaiVoiceProtocol(options: OpenaiTtsOptions = {}): OpenaiVoiceProtocol {
  const { baseURL, isOpenai } = openaiConnection(options);
  const api = voiceApi(options, isOpenai);
  if (api === 'realtime')
    return { api, url: realtimeAddress(baseURL, { model: options.model?.trim() || realtimeModel }) };
  const url = `${baseURL.replace(/\/+$/u, '')}/audio/speech`;
  return { api, url, ...(isOpenai && { endsOn: speechEndsOn }) };
}

/** The protocol of speech-to-text: the address of its WebSocket, and the day on which the service ends the model. */
export function openaiSttProtocol(options: OpenaiSttOptions = {}): Omit<OpenaiVoiceProtocol, 'api'> {
  const { baseURL, isOpenai } = openaiConnection(options);
  const { model } = chosenTranscription(options);
  const url = realtimeAddress(baseURL, { intent: 'transcription' });
  return { url, ...(isOpenai && endsInFebruary(model) && { endsOn: transcriptionEndsOn }) };
}

/** The days on which OpenAI ends `/audio/speech`, and its older models of transcription (its list of deprecations, November 2026). */
const speechEndsOn = '2027-01-06';
const transcriptionEndsOn = '2027-02-26';

const endsInFebruary = (model: string): boolean => /^(?:whisper-1|gpt-4o(?:-mini)?-transcribe)/u.test(model);
