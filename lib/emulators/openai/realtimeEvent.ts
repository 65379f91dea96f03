import { randomUUID } from 'node:crypto';

/** A message of the Realtime API, in either direction; its fields depend on its type. */
export interface RealtimeMessage {
  readonly type?: string;
  readonly [field: string]: unknown;
}

/** An id as the service makes them: `item_…`, `resp_…`. */
export const newId = (kind: string): string => `${kind}_${randomUUID().replaceAll('-', '').slice(0, 21)}`;

/** A refusal of a client's event; the session goes on. */
export class RealtimeRefusal extends Error {
  readonly code: string | null;
  readonly param: string | null;

  constructor(
    message: string,
    { code = null, param = null }: { code?: string | null; param?: string | null } = {},
  ) {
    super(message);
    this.code = code;
    this.param = param;
  }
}

/** The event `error`, for a client's event or for the session as a whole. */
export const errorEvent = (
  message: string,
  {
    type = 'invalid_request_error',
    code = null,
    param = null,
    eventId = null,
  }: {
    type?: string;
    code?: string | null;
    param?: string | null;
    eventId?: string | null;
  } = {},
): RealtimeMessage => ({ type: 'error', error: { type, code, message, param, event_id: eventId } });

/** A field as text, for a message. */
export const asText = (field: unknown): string =>
  typeof field === 'string' ? field : field === undefined ? 'undefined' : JSON.stringify(field);
