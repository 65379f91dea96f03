import {
  concat,
  concatMap,
  defer,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  Subject,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Notice } from '../../../lib/engine.ts';
import {
  type Command,
  conversation,
  type ConversationEvent,
  type Message,
  remember,
  tool,
} from '../../../lib/index.ts';
import type { Llm } from '../../../lib/llm/message.ts';
import {
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
  virtualTime,
} from '../../../lib/testing/index.ts';
import type { Tts } from '../../../lib/tts/tts.ts';

/** A call in which everything happens that can: all event types, but `bot.writing` only with a voice that takes a stream. */
const says = [
  { from: 3_000, to: 3_600, text: 'Tell me a story.' },
  { from: 5_000, to: 5_300, text: 'uh-huh' },
  { from: 7_000, to: 7_500, text: 'What is new?' },
  { from: 14_000, to: 14_100, text: '' },
  { from: 15_500, to: 16_500, text: 'And this?' },
];

const slow = tool({
  name: 'news',
  description: 'What is new.',
  parameters: z.object({}),
  run: () => timer(1_500).pipe(map(() => 'nothing')),
});

const llm: Llm = (messages, request) => {
  const last = messages.at(-1)!;
  if (last.role === 'tool') return scriptedLlm('Not much is new.')(messages, request);
  if (last.content.includes('this?'))
    return timer(50).pipe(mergeMap(() => throwError(() => new Error('gone'))));
  if (last.content.includes('new?'))
    return timer(100).pipe(map(() => ({ type: 'toolCall', id: 'a', name: 'news', arguments: '{}' })));
  return scriptedLlm('Once upon a time there was a king. He had a daughter who was clever.')(
    messages,
    request,
  );
};

/** A voice that loads, speaks its text but for one sentence, and reports the heard words when it is cut. */
const voice = (stream: boolean): Tts => {
  const notice$ = new Subject<Notice>();
  const speak = scriptedTts();
  const tts: Tts = text =>
    defer(() => {
      notice$.next({ type: 'connected', reused: true, ms: 0 });
      notice$.next({ type: 'warning', message: 'Slow today.' });
      const spoken = text.replace('Not much is new', 'Nothing much is new');
      return speak(text).pipe(
        tap({
          complete: () => spoken !== text && notice$.next({ type: 'reworded', text, spoken }),
        }),
      );
    });
  const streaming: Tts['stream'] = text$ => text$.pipe(concatMap(text => speak(text)));
  const warm$ = concat(
    of({ engine: 'voice', progress: 0 }),
    timer(100).pipe(map(() => ({ engine: 'voice', progress: 1 }))),
    NEVER,
  );
  // The service's own report comes a moment after each cut: the user's second turn cuts the first reply.
  const heard$ = timer(7_600).pipe(map((): Notice => ({ type: 'heard', text: 'Once upon a' })));
  return Object.assign(tts, {
    warm$,
    notice$: merge(notice$, heard$, NEVER),
    ...(stream && { stream: streaming }),
  });
};

const types: readonly ConversationEvent['type'][] = [
  'user.speaking',
  'user.interim',
  'user.final',
  'user.noise',
  'user.ignored',
  'user.said',
  'user.heard',
  'bot.token',
  'bot.tool',
  'bot.toolResult',
  'bot.answered',
  'bot.writing',
  'bot.sentence',
  'bot.audio',
  'bot.speaking',
  'bot.speculated',
  'bot.reworded',
  'bot.filler',
  'bot.paused',
  'bot.resumed',
  'bot.spoke',
  'bot.interrupted',
  'turn.failed',
  'bot.apologised',
  'call.loading',
  'call.ready',
  'call.connected',
  'call.compacted',
  'call.ended',
  'call.warning',
];

const commands: readonly Command[] = [
  { type: 'endTurn' },
  { type: 'say', text: 'By the way.' },
  { type: 'say', text: 'By the way.', interruptible: false },
  { type: 'say', text: 'By the way.', now: true },
  { type: 'say', text: 'By the way.', now: true, interruptible: false },
  { type: 'interrupt' },
  { type: 'hangUp' },
  { type: 'hangUp', goodbye: 'Goodbye then.' },
];

/** Has the call, and answers the nth event of this type with a command. */
const call = (type: ConversationEvent['type'], nth: number, command: Command | undefined) => {
  const commands$ = new Subject<Command>();
  const events: ConversationEvent[] = [];
  let seen = 0;
  let given = false;
  const run = virtualTime(
    () =>
      conversation({
        stt: scriptedStt(says),
        llm,
        tts: voice(type === 'bot.writing'),
        commands$,
        greeting: 'Welcome to this call.',
        tools: [slow],
        filler: { afterMs: 300, texts: ['One moment.'] },
        speculation: true,
        apology: 'Sorry, again please.',
        idle: { afterMs: 2_500, prompts: ['Hello?'], hangUp: { goodbye: 'Bye.' } },
        context: { compact: history => (history.length > 2 ? of(history.slice()) : NEVER) },
      })(scriptedInput(30_000), { write: () => undefined }).pipe(
        tap(event => {
          events.push(event);
          if (event.type !== type || ++seen !== nth || command === undefined) return;
          given = true;
          commands$.next(command);
        }),
      ),
    { until: 120_000 },
  );
  return { ...run, events, given };
};

// Each of the first three with `npm run random`.
const numbers = process.env['RXVOICE_RANDOM_RUNS'] === undefined ? [1] : [1, 2, 3];

const endings: readonly string[] = ['bot.spoke', 'bot.interrupted', 'turn.failed'];
const textsOf = (events: readonly ConversationEvent[], ...of: readonly ConversationEvent['type'][]): string =>
  events.flatMap(event => (of.includes(event.type) && 'text' in event ? [event.text] : [])).join(' ');

/** The faults of a call. */
const wrongs = (
  { events, failed, completedAt, leftTimers, given }: ReturnType<typeof call>,
  type: string,
  command: Command,
): string[] => {
  const wrong: string[] = [];
  if (failed !== undefined) wrong.push(`it failed: ${String(failed.error)}`);
  if (completedAt === undefined) wrong.push('it never ended');
  if (leftTimers > 0) wrong.push(`${leftTimers} timers are left`);
  const said = events.flatMap(event => (event.type === 'user.said' ? [event.turn] : []));
  const ended = events.flatMap(event =>
    endings.includes(event.type) && 'turn' in event && event.turn > 0 ? [event.turn] : [],
  );
  if (ended.join() !== said.join()) wrong.push(`turns ${said.join()} were said, ${ended.join()} ended`);
  const hungUp = events.some(event => event.type === 'call.ended');
  const heard = textsOf(events, 'user.said', 'user.ignored');
  const all = says
    .map(({ text }) => text)
    .filter(Boolean)
    .join(' ');
  if (hungUp ? !all.startsWith(heard) : heard !== all) wrong.push(`the user's words became “${heard}”`);
  const roles = events.reduce<readonly Message[]>(remember, []).map(({ role }) => role);
  if (roles.some((role, index) => role !== 'tool' && role === roles[index - 1]))
    wrong.push(`the history is ${roles.join()}`);
  if (!given || type === 'call.ended') return wrong;
  // The user may speak over a `say` before it sounds: that is an interruption.
  const spokenOver =
    command.type === 'say' &&
    command.now === true &&
    command.interruptible !== false &&
    events.some(event => event.type === 'bot.interrupted' && event.turn === 0);
  if (command.type === 'say' && !spokenOver && !textsOf(events, 'bot.speaking').includes(command.text))
    wrong.push('it was never said');
  if (command.type === 'hangUp' && events.at(-1)?.type !== 'call.ended') wrong.push('it did not hang up');
  if (command.type === 'hangUp' && command.goodbye && !textsOf(events, 'bot.spoke').includes(command.goodbye))
    wrong.push('it did not say goodbye');
  return wrong;
};

describe('a command in answer to an event', () => {
  it('should be tried with every type of event', () => {
    const happened = new Set(
      [...call('call.ready', 1, undefined).events, ...call('bot.writing', 1, undefined).events].map(
        ({ type }) => type,
      ),
    );
    expect(types.filter(type => !happened.has(type))).toEqual([]);
  });

  it.each(types)('should lose nothing, end each turn once, and be obeyed: %s', type => {
    const wrong = commands.flatMap(command =>
      numbers.flatMap(nth =>
        wrongs(call(type, nth, command), type, command).map(
          wrong => `${JSON.stringify(command)}, number ${nth}: ${wrong}`,
        ),
      ),
    );
    expect(wrong).toEqual([]);
  });
});
