import { createParser } from 'eventsource-parser';
import { concat, defer, type OperatorFunction } from 'rxjs';
import { each } from '../../rx/each.ts';

/** An event of an event stream; or, where a server sends no event stream at all, its whole body. */
export type ServerEvent =
  | { readonly type: 'event'; readonly event: string | undefined; readonly data: string; readonly cut?: true }
  | { readonly type: 'body'; readonly text: string };

/** The longest body that is kept when it is no event stream, characters. */
const longestBody = 1_000_000;

/**
 * Reads server-sent events from bytes in pieces of any size. Comments are dropped. An event that was still open when the
 * stream ended is emitted with `cut`, since some servers leave out the last empty line. A body without any event is
 * emitted whole, at its end.
 */
export const serverEvents = (): OperatorFunction<Uint8Array, ServerEvent> => byte$ =>
  defer(() => {
    const decoder = new TextDecoder();
    let events: ServerEvent[] = [];
    let body: string | undefined = '';
    const parser = createParser({
      onEvent: ({ event, data }) => {
        body = undefined;
        events.push({ type: 'event', event, data });
      },
    });
    const read = (text: string): readonly ServerEvent[] => {
      events = [];
      if (body !== undefined && body.length < longestBody) body += text;
      parser.feed(text);
      return events;
    };
    return concat(
      byte$.pipe(each(bytes => read(decoder.decode(bytes, { stream: true })))),
      defer(() => {
        const text = body;
        const last = read(`${decoder.decode()}\n\n`).map(event => ({ ...event, cut: true as const }));
        return last.length === 0 && text !== undefined && text.trim() !== ''
          ? [{ type: 'body', text } as const]
          : last;
      }),
    );
  });
