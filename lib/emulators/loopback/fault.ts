/** A service of a loopback server: a path and its transport. */
export type Endpoint =
  /** Deepgram speech-to-text, Nova: the WebSocket `/v1/listen`. */
  | 'nova'
  /** Deepgram speech-to-text, Flux: the WebSocket `/v2/listen`. */
  | 'flux'
  /** Deepgram text-to-speech, Aura: the WebSocket `/v1/speak`. */
  | 'aura'
  /** Deepgram text-to-speech by POST: `/v1/speak` and `/v2/speak`. */
  | 'auraRest'
  /** Deepgram text-to-speech, Flux: the WebSocket `/v2/speak`. */
  | 'fluxTts'
  /** Deepgram's list of projects: `/v1/projects`. */
  | 'projects'
  /** Deepgram speech-to-text of a recording: `POST /v1/listen`. */
  | 'prerecorded'
  /** Deepgram's list of models: `/v1/models`, and of a project. */
  | 'deepgramModels'
  /** Deepgram's temporary tokens: `POST /v1/auth/grant`. */
  | 'grant'
  /** OpenAI chat: `/v1/chat/completions`. */
  | 'completions'
  /** OpenAI responses: `POST /v1/responses`. */
  | 'responses'
  /** OpenAI responses: the WebSocket `/v1/responses`. */
  | 'responsesSocket'
  /** OpenAI text-to-speech: `/v1/audio/speech`. */
  | 'speech'
  /** OpenAI's Realtime API, a voice or a conversation: the WebSocket `/v1/realtime?model=…`. */
  | 'realtime'
  /** OpenAI's Realtime API, speech-to-text: the WebSocket `/v1/realtime?intent=transcription`. */
  | 'transcription'
  /** OpenAI's list of models: `/v1/models`. */
  | 'models'
  /** Anything else, which is not there. */
  | 'other';

const stt: readonly Endpoint[] = ['nova', 'flux'];
const deepgramSockets: readonly Endpoint[] = ['nova', 'flux', 'aura', 'fluxTts'];
const realtime: readonly Endpoint[] = ['realtime', 'transcription'];
const sockets: readonly Endpoint[] = [...deepgramSockets, ...realtime, 'responsesSocket'];
const streams: readonly Endpoint[] = [...sockets, 'auraRest', 'completions', 'responses', 'speech'];
const all: readonly Endpoint[] = [...streams, 'projects', 'models', 'prerecorded', 'deepgramModels', 'grant'];

/** When a fault strikes: instead of an answer, in the middle of one, or throughout the service's work. */
export type FaultKind = 'refusal' | 'stream' | 'behaviour';

interface FaultFacts {
  readonly kind: FaultKind;
  /** Description for a person. */
  readonly what: string;
  /** Where it can happen. */
  readonly endpoints: readonly Endpoint[];
}

const refusal = (what: string, endpoints = all) => ({ kind: 'refusal', what, endpoints }) as const;
const stream = (what: string, endpoints = streams) => ({ kind: 'stream', what, endpoints }) as const;
const behaviour = (what: string, endpoints: readonly Endpoint[]) =>
  ({ kind: 'behaviour', what, endpoints }) as const;

/** Everything that can go wrong, by the name that `rxvoice emulate --fault` takes. */
export const faults = {
  refused: refusal('the port is closed, or the connection is reset before an answer'),
  'no-answer': refusal('the request is read and never answered'),
  '400': refusal('a parameter is wrong'),
  '401': refusal('the key is wrong'),
  '402': refusal('the account has no credit'),
  '403': refusal('the key may not use this model'),
  '404': refusal('there is no such model'),
  '408': refusal('the service took too long'),
  '429': refusal('too many requests, without a word on when to try again'),
  '429-retry-after': refusal('too many requests, with Retry-After'),
  quota: refusal('the quota is used up, which trying again does not mend: Deepgram 402, OpenAI 429'),
  '500': refusal('the service failed'),
  '503-html': refusal('a proxy answers with a page'),

  mute: stream('it connects and never says anything'),
  stall: stream('it falls silent in the middle; the connection stays and pings are answered'),
  end: stream('it ends in the middle as if all were said'),
  cut: stream('the connection is cut in the middle'),
  garbage: stream('it sends something that is not what was agreed on, and goes on'),
  'bad-frame': stream('it sends bytes that are no WebSocket frame', sockets),
  'unknown-messages': stream('it sends messages of unknown types, and goes on', [
    ...sockets,
    'completions',
    'responses',
  ]),
  slow: stream('everything it sends comes late'),
  'half-open': stream('the other end is gone: nothing is read or written, pings neither'),
  'error-frame': stream('it reports an error in the middle, and ends', [
    ...sockets,
    'completions',
    'responses',
  ]),
  'net-0000': stream('Deepgram closes with 1011 NET-0000: it has no answer in time', deepgramSockets),
  'net-0001': stream('Deepgram closes with 1011 NET-0001: it got no audio in time', deepgramSockets),

  'net-0003': stream('Deepgram closes with 1011 NET-0003: the session has lasted for too long', [
    'aura',
    'fluxTts',
  ]),
  'net-0004': stream('Deepgram closes with 1011 NET-0004: it got no message in time', ['fluxTts']),

  'connection-limit': stream('OpenAI closes a WebSocket that has lasted for 60 minutes', ['responsesSocket']),
  'session-expired': stream('OpenAI ends a session that has reached its age', realtime),

  reworded: behaviour('the voice says something else than its text', ['realtime']),
  quiet: behaviour('nothing is reported in silence', ['nova']),
  'no-finalize': behaviour('Finalize gets no answer', ['nova']),
  'no-speech-final': behaviour('the end of speech is never detected; only UtteranceEnd is sent', ['nova']),
  'no-endpoint': behaviour('nothing ever ends what is said: interims only, until Finalize', ['nova']),
  'close-1005': behaviour('after CloseStream the socket closes without a code', ['nova']),
  throttle: behaviour('audio is heard at 1.25 times real time at most', stt),
  'flush-limit': behaviour('every Flush is one too many: Warning {code, description}', ['aura']),
  'flush-limit-old': behaviour('every Flush is one too many: Warning {warn_code, warn_msg}', ['aura']),
  'character-limit': behaviour('every text is one too many: close 1008 DATA-0001', ['aura']),
  'no-done': behaviour('the stream ends without [DONE]', ['completions']),
  ping: behaviour('`event: ping` frames between the chunks', ['completions']),
  forgotten: behaviour('the response to continue is never found', ['responsesSocket']),
  'no-lanes': behaviour('stream_id is ignored: one response follows the other', ['responsesSocket']),
  'lanes-refused': behaviour('stream_id is refused as an unknown parameter', ['responsesSocket']),
} as const satisfies Record<string, FaultFacts>;

/** A fault; {@link faults} describes each. */
export type Fault = keyof typeof faults;

/** A fault, and the connections that it strikes. */
export interface FaultRule {
  readonly fault: Fault;
  /** Only these. Default: wherever the fault can happen. */
  readonly on?: Endpoint | readonly Endpoint[];
  /** Only the n-th connection or request of an endpoint (or these), from 1, counted since the faults were set. */
  readonly nth?: number | readonly number[];
  /** How likely it is for each, 0 … 1, by the server's `seed`. Default 1. */
  readonly probability?: number;
  /** In the middle of a stream: after how many messages, chunks of audio or tokens. Default 3. */
  readonly after?: number;
  /** In the middle of a stream: that many ms after it began, instead of `after`. */
  readonly afterMs?: number;
  /** For `slow`: how late everything is, ms. Default 2,000. */
  readonly delayMs?: number;
  /** For `429-retry-after`: the seconds it asks to wait. Default 1; a fraction is sent to OpenAI's clients in ms. */
  readonly retryAfter?: number;
}

const list = <Value>(value: Value | readonly Value[]): readonly Value[] =>
  Array.isArray(value) ? (value as readonly Value[]) : [value as Value];

/** Whether a rule speaks of an endpoint. */
export const concerns = ({ fault, on }: FaultRule, endpoint: Endpoint): boolean =>
  faults[fault].endpoints.includes(endpoint) && (on === undefined || list(on).includes(endpoint));

/** Whether a rule speaks of an endpoint's n-th connection. */
export const befalls = (rule: FaultRule, endpoint: Endpoint, n: number): boolean =>
  concerns(rule, endpoint) && (rule.nth === undefined || list(rule.nth).includes(n));
