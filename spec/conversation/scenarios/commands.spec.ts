import { concat, from, map, NEVER, of, Subject, tap, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  type Command,
  conversation,
  type ConversationEvent,
  type ConversationOptions,
  type Message,
  remember,
  turnMetrics,
} from '../../../lib/index.ts';
import {
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
  virtualTime,
} from '../../../lib/testing/index.ts';

/** A call in which the program answers events with commands, synchronously. */
const call = (
  answer: (event: ConversationEvent) => Command | undefined,
  options: Partial<ConversationOptions> = {},
) => {
  const commands$ = new Subject<Command>();
  const events: ConversationEvent[] = [];
  const { completedAt, leftTimers } = virtualTime(() =>
    conversation({
      stt: scriptedStt([{ from: 3_000, to: 4_000, text: 'What is new?' }]),
      llm: scriptedLlm('Not much.'),
      tts: scriptedTts(),
      commands$,
      ...options,
    })(scriptedInput(9_000), { write: () => undefined }).pipe(
      tap(event => {
        events.push(event);
        const command = answer(event);
        if (command !== undefined) commands$.next(command);
      }),
    ),
  );
  return { events, completedAt, leftTimers };
};

const endings = (events: readonly ConversationEvent[]): string[] =>
  events.flatMap(event =>
    event.type === 'bot.spoke' || event.type === 'bot.interrupted' || event.type === 'turn.failed'
      ? [`${event.turn} ${event.type}`]
      : [],
  );

describe('a command', () => {
  const once = (type: ConversationEvent['type'], command: Command) => {
    let given = false;
    return (event: ConversationEvent): Command | undefined => {
      if (event.type !== type || given) return undefined;
      given = true;
      return command;
    };
  };
  const commands: readonly Command[] = [
    { type: 'hangUp', goodbye: 'Bye.' },
    { type: 'interrupt' },
    { type: 'say', text: 'By the way.' },
    { type: 'say', text: 'By the way.', now: true },
  ];

  it.each(commands)('should not cut a reply that is over, in answer to its end: %j', command => {
    const { events, leftTimers } = call(once('bot.spoke', command));
    expect(endings(events).filter(ending => ending.startsWith('1'))).toEqual(['1 bot.spoke']);
    const { values } = virtualTime(() => from(events).pipe(turnMetrics()));
    expect(values.map(({ value }) => [value.turn, value.outcome])).toEqual([[1, 'spoken']]);
    expect(leftTimers).toBe(0);
  });

  it.each(commands)('should not end a turn again that failed, in answer to its failure: %j', command => {
    const { events } = call(once('turn.failed', command), { llm: () => throwError(() => new Error('no')) });
    expect(endings(events).filter(ending => ending.startsWith('1'))).toEqual(['1 turn.failed']);
  });

  it('should be obeyed as soon as the call is ready, and while the greeting begins', () => {
    for (const type of ['call.ready', 'bot.token', 'bot.sentence'] as const) {
      const { events } = call(once(type, { type: 'say', text: 'And welcome.' }), { greeting: 'Hello.' });
      const said = events.flatMap(event => (event.type === 'bot.spoke' ? [event.text] : []));
      expect([type, said.slice(0, 2)]).toEqual([type, ['Hello.', 'And welcome.']]);
      const { completedAt } = call(once(type, { type: 'hangUp' }), { greeting: 'Hello.' });
      expect([type, completedAt]).toEqual([type, 0]);
    }
  });

  it('should be kept while the engines load', () => {
    const warm$ = concat(
      of({ engine: 'voice', progress: 0 }),
      timer(300).pipe(map(() => ({ engine: 'voice', progress: 1 }))),
      NEVER,
    );
    const { events } = call(once('call.loading', { type: 'say', text: 'Welcome.' }), {
      tts: Object.assign(scriptedTts(), { warm$ }),
    });
    expect(events.find(({ type }) => type === 'bot.spoke')).toMatchObject({ turn: 0, text: 'Welcome.' });
  });

  it('should be in a history without anything twice', () => {
    const { events } = call(once('bot.spoke', { type: 'hangUp', goodbye: 'Bye.' }));
    expect(events.reduce<readonly Message[]>(remember, []).map(({ content }) => content)).toEqual([
      'What is new?',
      'Not much. Bye.',
    ]);
  });
});
