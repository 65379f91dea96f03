import type { Reply } from './reply.ts';

/** A page of some proxy before the service. */
export const htmlRefusal: Reply = {
  status: 503,
  headers: { 'content-type': 'text/html' },
  body: '<html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>503</h1></body></html>',
};
