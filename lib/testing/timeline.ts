import type { ConversationEvent } from '../conversation/events.ts';
import type { Row } from './table.ts';
import type { VirtualRun } from './virtualTime.ts';

/** Verbose events, shown only where an expectation has a line of the same kind. */
const chatter = [
  'user interim',
  'user final',
  'bot token',
  'bot answered',
  'bot writing',
  'bot sentence',
  'bot audio',
  'call ready',
  'call loading',
  'call connected',
  'call completed',
] as const;

/** The events of a call, a row each; verbose ones only on request. */
export const timelineOf = (
  { values, completedAt, failed }: VirtualRun<ConversationEvent>,
  asked: ReadonlySet<string> = new Set(),
): Row[] =>
  [
    ...values.map(({ at, value }) => ({ at, ...rowOf(value) })),
    ...(completedAt === undefined ? [] : [{ at: completedAt, what: 'call completed' }]),
    ...(failed === undefined ? [] : [{ at: failed.at, what: 'call failed', text: messageOf(failed.error) }]),
  ].filter(({ what }) => asked.has(what) || !(chatter as readonly string[]).includes(what));

/** An event in words: the actor, the action, and the words. */
function rowOf(event: ConversationEvent): Row {
  const what = event.type.replace('.', ' ');
  if (event.type === 'turn.failed') return { what: `${what} ${event.stage}`, text: event.heard };
  const { heard, text, message } = event as { heard?: string; text?: string; message?: string };
  const said = heard ?? text ?? message;
  return said === undefined ? { what } : { what, text: said.trim() };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
