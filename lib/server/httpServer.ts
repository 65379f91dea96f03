import type { Server } from 'node:http';
import type { Http2SecureServer, Http2Server } from 'node:http2';

/** Node's HTTP servers: of `node:http`, `node:https` and `node:http2`, whichever your framework returns. */
export type HttpServer = Server | Http2Server | Http2SecureServer;
