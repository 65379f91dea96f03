import type { ConversationEvent } from '../conversation/events.ts';

type EventName = ConversationEvent['type'];

/**
 * Every event of a conversation, and whether clients receive it by default. Tool calls, tokens of the answer and
 * speculation stay on the server. Everything that is spoken comes with `bot.speaking`: an apology and a
 * filler, too.
 */
const sentByDefault: Readonly<Record<EventName, boolean>> = {
  'user.speaking': true,
  'user.interim': true,
  'user.final': true,
  'user.noise': true,
  'user.ignored': true,
  'user.said': true,
  'bot.token': false,
  'bot.tool': false,
  'bot.toolResult': false,
  'bot.answered': false,
  'bot.writing': false,
  'bot.sentence': true,
  'bot.audio': false,
  'bot.speaking': true,
  'bot.speculated': false,
  'bot.reworded': true,
  'bot.filler': true,
  'bot.paused': true,
  'bot.resumed': true,
  'bot.spoke': true,
  'bot.interrupted': true,
  'user.heard': true,
  'turn.failed': true,
  'bot.apologised': true,
  'call.loading': true,
  'call.ready': true,
  'call.connected': false,
  'call.compacted': false,
  'call.ended': true,
  'call.warning': true,
};

/** Names of the events of a conversation. */
export const eventNames = Object.keys(sentByDefault) as EventName[];

/** The events a client receives: the default ones, and those that the server's options add. */
export const clientEvents = (added: readonly EventName[] = []): ReadonlySet<EventName> =>
  new Set([...eventNames.filter(name => sentByDefault[name]), ...added]);

/** Events that the next of their kind makes obsolete: dropped for a slow reader. */
export const passing: ReadonlySet<EventName> = new Set(['user.interim', 'bot.token', 'call.loading']);
