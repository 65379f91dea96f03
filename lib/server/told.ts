import type { ConversationEvent } from '../conversation/events.ts';

type EventName = ConversationEvent['type'];

/**
 * Every event of a conversation, and whether clients are told of it unasked. What tools do, the tokens of the answer and
 * what was speculated are the server's own. Everything that is spoken comes with `bot.speaking`: an apology and a
 * filler, too.
 */
const unasked: Readonly<Record<EventName, boolean>> = {
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

/** What the events of a conversation are called. */
export const eventNames = Object.keys(unasked) as EventName[];

/** The events a client is told: the usual ones, and those that a server is asked to tell beside. */
export const told = (beside: readonly EventName[] = []): ReadonlySet<EventName> =>
  new Set([...eventNames.filter(name => unasked[name]), ...beside]);

/** What is out of date with the next of its kind: a slow reader does without. */
export const passing: ReadonlySet<EventName> = new Set(['user.interim', 'bot.token', 'call.loading']);
