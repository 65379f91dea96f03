import { from, map, tap } from 'rxjs';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { remember } from '../../lib/conversation/history.ts';
import type { Message } from '../../lib/llm/message.ts';
import { stages, type TurnMetrics, turnMetrics } from '../../lib/metrics/turnMetrics.ts';
import { type Ended, type Entry, longest } from './call.ts';
import type { Plan } from './plan.ts';

/** The laws of every call: each returns its violations. */
export const laws: Readonly<Record<string, (ended: Ended, plan: Plan) => readonly string[]>> = {
  'one voice at a time': oneVoice,
  'no audio of a reply after its end': silentAfterwards,
  'every committed turn ends once': endsOnce,
  'the history alternates and is what was said and heard': trueHistory,
  'nothing the user says is lost or doubled': nothingLost,
  'what was heard is what was played': trueHeard,
  'the figures add up': addUp,
  'nothing is left': nothingLeft,
  'no call is stuck': neverStuck,
};

/** All that is wrong with a call. */
export const wrongs = (ended: Ended, plan: Plan): string[] =>
  Object.entries(laws).flatMap(([law, check]) => check(ended, plan).map(wrong => `${law}: ${wrong}`));

type Of<Type extends ConversationEvent['type']> = Extract<ConversationEvent, { type: Type }>;
const eventsOf = ({ log }: Ended): { at: number; event: ConversationEvent }[] =>
  log.filter((entry): entry is Extract<Entry, { type: 'event' }> => entry.type === 'event');
const only = <Type extends ConversationEvent['type']>(ended: Ended, ...types: readonly Type[]) =>
  eventsOf(ended).filter((entry): entry is { at: number; event: Of<Type> } =>
    types.includes(entry.event.type as Type),
  );
const endings = ['bot.spoke', 'bot.interrupted', 'turn.failed'] as const;

function oneVoice({ log }: Ended): string[] {
  let voices = 0;
  return log.flatMap(entry => {
    if (entry.type === 'voice') voices += 1;
    if (entry.type === 'silence') voices -= 1;
    return voices > 1 ? [`${voices} at ${entry.at} ms`] : [];
  });
}

/** The replies are numbered as the turns that have one are: the audio of one may come only before its ending. */
function silentAfterwards({ log }: Ended): string[] {
  const over = new Set<number>();
  let reply = -1;
  return log.flatMap(entry => {
    if (entry.type === 'voice') reply = entry.reply;
    if (entry.type === 'silence') over.add(entry.reply);
    if (entry.type === 'event' && (endings as readonly string[]).includes(entry.event.type)) over.add(reply);
    if (entry.type === 'event' && entry.event.type === 'bot.paused') over.add(reply); // goes on as another
    return entry.type === 'audio' && over.has(entry.reply)
      ? [`${entry.ms} ms of reply ${entry.reply} at ${entry.at} ms`]
      : [];
  });
}

function endsOnce(ended: Ended): string[] {
  const wrong: string[] = [];
  let open: number | undefined;
  let last = 0;
  let saidAt: number | undefined;
  for (const { at, event } of eventsOf(ended)) {
    if (event.type === 'user.said') {
      if (open !== undefined) wrong.push(`turn ${open} was open when ${event.turn} was said, ${at} ms`);
      if (event.turn !== last + 1) wrong.push(`turn ${event.turn} follows ${last}`);
      last = open = event.turn;
      saidAt = at;
    } else if (event.type === 'user.ignored') {
      if (event.turn !== last + 1) wrong.push(`turn ${event.turn} follows ${last}`);
      last = event.turn;
    } else if ('turn' in event && event.turn === 0) {
      // said unasked: when nothing else is, except for a reply that began in the moment in which the user's turn ended
      const begunThen = event.type === 'bot.interrupted' && event.audioMs === 0 && at === saidAt;
      if (open !== undefined && !begunThen) wrong.push(`${event.type} at ${at} ms, but open is ${open}`);
    } else if (event.type === 'bot.speculated' && !event.kept) {
      // other words were said in the end than were guessed, or more
      if (open !== undefined && open !== event.turn) wrong.push(`turn ${open} was open at a guess, ${at} ms`);
    } else if ((endings as readonly string[]).includes(event.type)) {
      const { turn } = event as Of<(typeof endings)[number]>;
      if (turn !== open) wrong.push(`${event.type} of turn ${turn} at ${at} ms, but open is ${open}`);
      open = undefined;
    } else if (event.type === 'bot.toolResult') {
      // a tool finishes after its reply is over, too
      if (event.turn > last)
        wrong.push(`a result of turn ${event.turn} at ${at} ms, but the last is ${last}`);
    } else if (event.type.startsWith('bot.') && (event as Of<'bot.token'>).turn !== open)
      wrong.push(`${event.type} of turn ${(event as Of<'bot.token'>).turn} at ${at} ms, but open is ${open}`);
  }
  if (open !== undefined && ended.completedAt !== undefined) wrong.push(`turn ${open} never ended`);
  return wrong;
}

function trueHistory(ended: Ended): string[] {
  const wrong: string[] = [];
  let history: readonly Message[] = [];
  for (const entry of ended.log) {
    if (entry.type === 'event') {
      history = remember(history, entry.event);
      history.forEach(({ role }, index) => {
        if (role !== 'tool' && role === history[index - 1]?.role)
          wrong.push(`${role} is number ${index}, ${entry.at} ms`);
      });
    }
    if (entry.type === 'asked') {
      const asked = entry.messages.slice(1);
      if (asked.at(-1)?.role === 'tool') continue; // the same answer goes on
      if (!isAskedAfter(asked, history, ended)) wrong.push(`asked with another at ${entry.at} ms`);
      if (asked.at(-1)?.role !== 'user') wrong.push(`asked after the bot at ${entry.at} ms`);
    }
  }
  const of = (role: Message['role']): string =>
    withoutTools(history)
      .flatMap(message => (message.role === role ? [message.content] : []))
      .join(' ');
  const said = only(ended, 'user.said').map(({ event }) => event.text);
  if (of('user') !== said.join(' ')) wrong.push('the user said something else');
  const heard = only(ended, ...endings).map(({ event }) =>
    event.type === 'bot.spoke' ? event.text : event.heard,
  );
  if (of('assistant') !== heard.filter(Boolean).join(' '))
    wrong.push('the bot was heard saying something else');
  return wrong;
}

/** A history without calls of tools and their results. */
const withoutTools = (history: readonly Message[]): readonly Message[] =>
  history.filter(({ role, toolCalls }) => role !== 'tool' && toolCalls === undefined);

/** Whether a model is asked with the history; for a guess, with the user's probable words added to it. */
function isAskedAfter(asked: readonly Message[], history: readonly Message[], ended: Ended): boolean {
  const same = (a: readonly Message[], b: readonly Message[]): boolean =>
    JSON.stringify(a) === JSON.stringify(b);
  if (same(asked, history)) return true;
  if (ended.guesses !== true) return false;
  const last = history.at(-1);
  const before = last?.role === 'user' ? last.content : '';
  return (
    same(asked.slice(0, -1), before === '' ? history : history.slice(0, -1)) &&
    asked.at(-1)!.content.startsWith(before)
  );
}

function nothingLost(ended: Ended, plan: Plan): string[] {
  const words: string[] = [];
  let interim = '';
  for (const entry of ended.log) {
    if (entry.type !== 'transcript') continue;
    const { transcript } = entry;
    if (transcript.type === 'interim') interim = transcript.text;
    if (transcript.type === 'final') {
      words.push(transcript.text);
      interim = '';
    }
  }
  if (interim !== '') words.push(interim);
  const told = words.join(' ');
  const said = only(ended, 'user.said', 'user.ignored')
    .map(({ event }) => event.text)
    .join(' ');
  const whole = plan.hangUpAt === undefined && ended.completedAt !== undefined;
  return (whole ? said === told : told.startsWith(said)) ? [] : [`told “${told}”, said “${said}”`];
}

function trueHeard(ended: Ended, plan: Plan): string[] {
  const wrong: string[] = [];
  let reply: Entry[] = [];
  let answer = '';
  let sounded = '';
  // the part heard before the bot was paused; it goes on with the rest, through a new subscription of the output
  let beforeMs = 0;
  let paused = false;
  for (const entry of ended.log) {
    if (entry.type === 'voice') reply = [];
    if (entry.type === 'audio' || entry.type === 'played') reply.push(entry);
    if (entry.type !== 'event') continue;
    const { event, at } = entry;
    if (event.type === 'user.said') {
      answer = '';
      sounded = '';
      reply = [];
      beforeMs = 0;
      paused = false;
    }
    if (event.type === 'bot.resumed') paused = false;
    if (event.type === 'bot.paused') {
      const played = beforeMs + playedMs(reply, at);
      if (Math.abs(event.audioMs - played) > 1e-6)
        wrong.push(`${event.audioMs} ms told heard at the pause, ${played} were, ${at} ms`);
      beforeMs = event.audioMs;
      reply = [];
      paused = true;
    }
    if (event.type === 'bot.token') answer += event.text;
    if (event.type === 'bot.tool' || event.type === 'bot.toolResult') answer += '\n';
    if (event.type === 'bot.filler') answer += ` ${event.text}\n`;
    if (event.type === 'bot.speaking') sounded = `${sounded.trim()} ${event.text.trim()}`;
    if (event.type !== 'bot.spoke' && event.type !== 'bot.interrupted' && event.type !== 'turn.failed')
      continue;
    const handed = reply.reduce(
      (sum, { ...heard }) => sum + (heard.type === 'audio' ? heard.ms : 0),
      beforeMs,
    );
    const { audioMs } = event;
    const heard = spaced(event.type === 'bot.spoke' ? event.text : event.heard);
    const where = `turn ${event.turn}, ${at} ms`;
    const whole = spaced(voiceOf(plan) || plan.streams ? answer : sounded);
    if (audioMs > handed + 1e-6) wrong.push(`${audioMs} ms heard of ${handed} handed over, ${where}`);
    if (event.type === 'bot.spoke') {
      if (Math.abs(audioMs - handed) > 1e-6)
        wrong.push(`${audioMs} ms spoken of ${handed} handed over, ${where}`);
      if (whole !== heard) wrong.push(`spoke “${heard}” of “${whole}”, ${where}`);
    } else {
      const played = beforeMs + (paused ? 0 : playedMs(reply, at));
      if (Math.abs(audioMs - played) > 1e-6) wrong.push(`${audioMs} ms told heard, ${played} were, ${where}`);
      if (!isBegin(heard, whole)) wrong.push(`heard “${heard}” of “${whole}”, ${where}`);
      if (played === 0 && heard !== '') wrong.push(`heard “${heard}” without a sound, ${where}`);
    }
    answer = '';
    sounded = '';
    reply = [];
    beforeMs = 0;
    paused = false;
  }
  return wrong;
}

/** A text whose lines and words are one space apart. */
const spaced = (text: string): string => text.trim().replace(/\s+/gu, ' ');

/** Text without sound is not said. */
const voiceOf = ({ voices }: Plan): boolean => voices.every(({ msPerCharacter }) => msPerCharacter > 0);

/**
 * The audio that a loudspeaker has played by a time: by its reports, else one frame after the other (with 40 ms of
 * slack).
 */
function playedMs(reply: readonly Entry[], now: number): number {
  const reported = reply.findLast(entry => entry.type === 'played');
  let endsAt = -Infinity;
  let handed = 0;
  for (const entry of reply) {
    if (entry.type !== 'audio') continue;
    endsAt = (entry.at - endsAt > 40 ? entry.at : endsAt) + entry.ms;
    handed += entry.ms;
  }
  return reported?.type === 'played'
    ? Math.min(handed, reported.playedMs)
    : handed - Math.max(0, endsAt - now);
}

/** Whether a text begins another, and ends with one of its words. */
const isBegin = (part: string, whole: string): boolean =>
  part === '' || (whole.startsWith(part) && !/^\w/u.test(whole.slice(part.length)));

function addUp(ended: Ended): string[] {
  const wrong: string[] = [];
  const events = eventsOf(ended);
  const turns: TurnMetrics[] = [];
  let now = 0;
  from(events)
    .pipe(
      tap(({ at }) => (now = at)),
      map(({ event }) => event),
      turnMetrics({ clock: { now: () => now } }),
    )
    .subscribe(turn => turns.push(turn));
  // A turn that is open when the call ends has its figures, too.
  const said = only(ended, 'user.said').length;
  const over = only(ended, ...endings).filter(({ event }) => event.turn > 0).length;
  if (turns.length !== Math.max(said, over)) wrong.push(`${turns.length} records`);
  for (const figures of turns) {
    const { turn, total } = figures;
    const sum = stages.reduce<number | undefined>(
      (all, stage) => (all === undefined || figures[stage] === undefined ? undefined : all + figures[stage]),
      0,
    );
    if (sum !== total) wrong.push(`turn ${turn}: ${sum} is not ${total}`);
    for (const [name, value] of Object.entries(figures))
      if (typeof value === 'number' && !(value >= 0)) wrong.push(`turn ${turn}: ${name} is ${value}`);
    const said = only(ended, 'user.said').find(({ event }) => event.turn === turn)!;
    const spoke = only(ended, 'bot.speaking').find(({ event }) => event.turn === turn);
    const expected = spoke && spoke.at - said.at + said.event.silenceMs;
    if (expected !== total) wrong.push(`turn ${turn}: ${expected} ms to the first audio, total ${total}`);
  }
  return wrong;
}

function nothingLeft({ alive, leftTimers }: Ended): string[] {
  return [...alive.map(name => `${name} is subscribed`), ...(leftTimers > 0 ? [`${leftTimers} timers`] : [])];
}

/** A call whose input is over is over soon, whatever hangs: it ends by itself, or with an error. */
function neverStuck({ completedAt, failed }: Ended, { hangUpAt }: Plan): string[] {
  const ends = hangUpAt !== undefined || completedAt !== undefined || failed !== undefined;
  return ends ? [] : [`it goes on after ${longest} ms`];
}
