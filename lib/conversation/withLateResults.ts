import { map, type OperatorFunction } from 'rxjs';
import type { LateToolResult, ToolRuns } from '../llm/toolRuns.ts';
import type { BotEvent, ConversationEvent } from './events.ts';

/** Runs the tools of a call while it lasts, and adds results that arrive after their reply as `bot.toolResult`. */
export const withLateResults =
  <Event extends ConversationEvent>(toolRuns: ToolRuns): OperatorFunction<Event, Event | BotEvent> =>
  event$ =>
    toolRuns
      .during(event$, ({ type }) => type === 'call.ended')
      .pipe(map(event => (isLate(event) ? { type: 'bot.toolResult' as const, ...event } : event)));

const isLate = (event: ConversationEvent | LateToolResult): event is LateToolResult => !('type' in event);
