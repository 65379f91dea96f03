import { WebSocketServer } from 'ws';
import type { Endpoint } from '../loopback/fault.ts';
import type { Service } from '../loopback/host.ts';
import { openSocket } from '../loopback/openSocket.ts';
import { SttScript } from '../loopback/sttScript.ts';
import { defaultLatencies, type OpenaiServerOptions } from './openaiOptions.ts';
import { realtime, realtimeFailure } from './realtime.ts';

/** The endpoint of a WebSocket of the Realtime API: a transcription has an intent instead of a model. */
export function realtimeEndpoint(path: string, query: URLSearchParams): Endpoint | undefined {
  if (path.replace(/\/$/u, '') !== '/v1/realtime') return undefined;
  return query.get('intent') === 'transcription' && !query.has('model') ? 'transcription' : 'realtime';
}

/** Opens WebSockets of the Realtime API. */
export function realtimeUpgrade(
  options: () => OpenaiServerOptions,
): NonNullable<Service<OpenaiServerOptions>['upgrade']> {
  const sttScript = new SttScript();
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // A browser offers its key as a protocol, which is not repeated.
    handleProtocols: offered => (offered.has('realtime') ? 'realtime' : false),
  });
  sockets.on('wsClientError', (_, socket) => socket.destroy()); // no handshake at all
  return (request, socket, head, connection) => {
    const { connectMs } = { ...defaultLatencies, ...options().latencies };
    const model = connection.endpoint === 'transcription' ? undefined : (connection.query.get('model') ?? '');
    const { sessionMs: lifetimeMs = 3_600_000 } = options().limits ?? {};
    const stt = sttScript.open(options());
    const protocol = realtime({ model, options, stt, lifetimeMs }, connection);
    openSocket({ sockets, request, socket, head, connectMs }, protocol, connection, realtimeFailure());
    return undefined;
  };
}
