import type { Connection } from '../loopback/connection.ts';
import type { Endpoint } from '../loopback/fault.ts';
import type { Protocol } from '../loopback/serveSocket.ts';
import { SttScript } from '../loopback/sttScript.ts';
import { defaultLimits, type OpenaiServerOptions } from './openaiOptions.ts';
import { realtime } from './realtime.ts';

/** The endpoint of a WebSocket of the Realtime API: a transcription has an intent instead of a model. */
export function realtimeEndpoint(path: string, query: URLSearchParams): Endpoint | undefined {
  if (path.replace(/\/$/u, '') !== '/v1/realtime') return undefined;
  return query.get('intent') === 'transcription' && !query.has('model') ? 'transcription' : 'realtime';
}

/** The protocols of WebSockets of the Realtime API. */
export function realtimeProtocols(options: () => OpenaiServerOptions): (connection: Connection) => Protocol {
  const sttScript = new SttScript();
  return connection => {
    const model = connection.endpoint === 'transcription' ? undefined : (connection.query.get('model') ?? '');
    const { sessionMs: lifetimeMs } = { ...defaultLimits, ...options().limits };
    return realtime({ model, options, stt: sttScript.open(options()), lifetimeMs }, connection);
  };
}
