import type { IncomingMessage } from 'node:http';
import { oneLine } from '../text/oneLine.ts';
import { closeCodes } from '../protocol/closeCodes.ts';
import { passedProxy } from './addressOf.ts';
import type { VoiceServerOptions } from './options.ts';
import { ownOrigin } from './origins.ts';
import { peerOf } from './peer.ts';
import type { ServerEvent } from './serverEvents.ts';

/** Error texts for requests that are refused because of their origin or host. */
export const refusalOf = {
  /** The host is not this server's: a wrong setting, or a page that reached this machine by DNS rebinding. */
  host: ({ headers }: IncomingMessage): string => {
    const host = oneLine(headers.host ?? '', 100);
    return `"${host}" is not a host of this server. Add it to allowedHosts, without port, if it is yours.`;
  },
  /** Pages of this origin may not call. */
  origin: (request: IncomingMessage): string => {
    const origin = oneLine(JSON.stringify(request.headers.origin ?? ''), 100);
    const own = ownOrigin(request);
    const mine = own === undefined ? '' : ` To this server its own is ${oneLine(own, 100)}.`;
    const proxy = passedProxy(request) ? ' A proxy must forward Host and X-Forwarded-Proto.' : '';
    return `Pages of this origin may not call. Add ${origin} to origins if they should.${mine}${proxy}`;
  },
  event: (
    request: IncomingMessage,
    options: VoiceServerOptions,
    reason: string,
    code: number = closeCodes.origin,
  ): Extract<ServerEvent, { readonly type: 'refused' }> => ({
    type: 'refused',
    code,
    reason,
    address: peerOf(request, options).address,
  }),
} as const;
