import type { Message } from './message.ts';

/** Result of a call in the history while its tool runs, or waits to run. The real result replaces it. */
export const stillRunning = JSON.stringify({
  status: 'running',
  note: 'The tool is still running. Do not call it again. Its result will replace this note.',
});

/** Result of a call whose tool never began, so that calling it again is safe. */
export const notRun = (reason: string): string => JSON.stringify({ error: `Not run: ${reason}` });

/** Result of a call whose tool began and was aborted: parts of its effect may have happened. */
export const cancelled = (reason: string): string => JSON.stringify({ error: `Cancelled: ${reason}` });

/** Whether a message is the placeholder for the result of this call (of any call without an id). */
export const isPending = (message: Message, id?: string): boolean =>
  message.role === 'tool' &&
  message.content === stillRunning &&
  (id === undefined || message.toolCallId === id);

/** The same messages with the result of a call instead of its placeholder; the same array where there is none. */
export function settled(messages: readonly Message[], id: string, content: string): readonly Message[] {
  const at = messages.findIndex(message => isPending(message, id));
  return at === -1
    ? messages
    : messages.map((message, index) => (index === at ? { ...message, content } : message));
}

/** The same messages for another call: a tool that ran when the former call ended has no result to come. */
export const withoutPending = (messages: readonly Message[]): readonly Message[] =>
  messages.some(message => isPending(message))
    ? messages.map(message =>
        isPending(message)
          ? { ...message, content: cancelled('the call ended before there was a result.') }
          : message,
      )
    : messages;
