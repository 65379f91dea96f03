import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { remember } from '../../lib/conversation/history.ts';
import type { Message } from '../../lib/llm/message.ts';
import { isPending } from '../../lib/llm/toolResults.ts';
import { callOf, type EndedWithTools, type ToolEntry } from './toolCall.ts';
import type { ToolPlan } from './toolPlan.ts';

/** The laws of every call whose model calls tools: each returns its violations. */
export const toolLaws: Readonly<Record<string, (run: EndedWithTools, plan: ToolPlan) => readonly string[]>> =
  {
    'a tool runs once at most, for a call that was told': onceEach,
    'no tool begins while the reply is held, or after its end': inItsReply,
    'a tool that has begun finishes unless it may be cancelled': finishes,
    'every call has one result': resultEach,
    'every result is in the history': inHistory,
    'fillers fill silences': fillers,
  };

export const toolWrongs = (run: EndedWithTools, plan: ToolPlan): string[] =>
  Object.entries(toolLaws).flatMap(([law, check]) => check(run, plan).map(wrong => `${law}: ${wrong}`));

type Of<Type extends ConversationEvent['type']> = Extract<ConversationEvent, { type: Type }>;
const endings: readonly string[] = ['bot.spoke', 'bot.interrupted', 'turn.failed'];

const isEvent = <Type extends ConversationEvent['type']>(
  entry: ToolEntry,
  ...types: readonly Type[]
): entry is { type: 'event'; event: Of<Type> } =>
  entry.type === 'event' && (types as readonly string[]).includes(entry.event.type);

function onceEach({ entries, own }: EndedWithTools): string[] {
  const told = new Set<number>();
  const ran = new Set<number>();
  return entries.flatMap(entry => {
    if (isEvent(entry, 'bot.tool')) told.add(callOf(entry.event.arguments));
    if (entry.type !== 'began') return [];
    const again = ran.has(entry.call);
    ran.add(entry.call);
    return [
      ...(again ? [`call ${entry.call} ran again`] : []),
      ...(told.has(entry.call) ? [] : [`call ${entry.call} ran untold`]),
      ...(own.has(entry.call) ? [`call ${entry.call} ran though the model had its result`] : []),
    ];
  });
}

function inItsReply({ entries }: EndedWithTools): string[] {
  const turns = new Map<number, number>();
  const over = new Set<number>();
  let held = false;
  return entries.flatMap(entry => {
    if (isEvent(entry, 'bot.tool')) turns.set(callOf(entry.event.arguments), entry.event.turn);
    if (isEvent(entry, 'bot.paused')) held = true;
    if (isEvent(entry, 'bot.resumed')) held = false;
    if (entry.type === 'event' && endings.includes(entry.event.type)) {
      held = false;
      over.add((entry.event as Of<'bot.spoke'>).turn);
    }
    if (entry.type !== 'began') return [];
    return [
      ...(held ? [`call ${entry.call} ran while the reply was held`] : []),
      ...(over.has(turns.get(entry.call)!) ? [`call ${entry.call} ran after its reply`] : []),
    ];
  });
}

function finishes({ entries, ended }: EndedWithTools, { tools }: ToolPlan): string[] {
  if (ended.completedAt === undefined) return [];
  return entries.flatMap(entry => {
    if (entry.type !== 'aborted') return [];
    const { takes, onInterrupt } = tools[entry.tool]!;
    // A tool that never ends is aborted when its time is up.
    return takes === 'never' || onInterrupt === 'cancel' ? [] : [`call ${entry.call} was aborted`];
  });
}

function resultEach({ entries, ended }: EndedWithTools): string[] {
  const open = new Map<string, number>();
  const wrong: string[] = [];
  for (const entry of entries) {
    if (!isEvent(entry, 'bot.tool', 'bot.toolResult')) continue;
    const { turn, id, type } = entry.event;
    const key = `${id} of turn ${turn}`;
    const count = (open.get(key) ?? 0) + (type === 'bot.tool' ? 1 : -1);
    if (count < 0) wrong.push(`call ${key} has another result`);
    open.set(key, count);
  }
  if (ended.completedAt === undefined) return wrong;
  for (const [key, count] of open) if (count > 0) wrong.push(`call ${key} has no result`);
  return wrong;
}

function inHistory({ entries, ended }: EndedWithTools): string[] {
  const wrong: string[] = [];
  let history: readonly Message[] = [];
  const results: string[] = [];
  for (const entry of entries) {
    if (entry.type !== 'event') continue;
    history = remember(history, entry.event);
    if (entry.event.type === 'bot.toolResult') results.push(entry.event.content);
    const messages = history.filter(({ role }) => role === 'tool');
    const there = messages.filter(message => !isPending(message)).map(({ content }) => content);
    if ([...there].sort().join() !== [...results].sort().join()) wrong.push('results differ');
    if (messages.some(({ toolCallId }) => toolCallId === undefined)) wrong.push('a result without its call');
    if (wrong.length > 0) return wrong;
  }
  const pending = history.filter(message => isPending(message));
  if (ended.completedAt !== undefined && pending.length > 0) wrong.push(`${pending.length} still pending`);
  return wrong;
}

function fillers({ entries }: EndedWithTools, { filler }: ToolPlan): string[] {
  const wrong: string[] = [];
  let words = false;
  let held = false;
  let speaks = false;
  let count = 0;
  for (const entry of entries) {
    if (entry.type !== 'event') continue;
    const { event } = entry;
    if (event.type === 'user.speaking') speaks = true;
    if (['user.said', 'user.noise', 'user.ignored'].includes(event.type)) speaks = false;
    if (event.type === 'user.said') [words, held, count] = [false, false, 0];
    if (event.type === 'bot.paused') held = true;
    if (event.type === 'bot.resumed') held = false;
    if (event.type === 'bot.token') words = true;
    if (event.type === 'bot.tool') words = false;
    if (event.type !== 'bot.filler') continue;
    count += 1;
    if (words) wrong.push(`inside the answer of turn ${event.turn}`);
    if (held) wrong.push(`in the held reply of turn ${event.turn}`);
    if (speaks) wrong.push(`while the user spoke, turn ${event.turn}`);
    if (count > (filler?.max ?? 0)) wrong.push(`${count} in turn ${event.turn}`);
  }
  return wrong;
}
