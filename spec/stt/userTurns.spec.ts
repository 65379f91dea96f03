import { concat, EMPTY, from, lastValueFrom, NEVER, of, Subject, take, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { SttEvent } from '../../lib/stt/stt.ts';
import { type UserTurnEvent, userTurns } from '../../lib/stt/userTurns.ts';
import { utterances } from '../../lib/stt/utterances.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { marbles } from '../marbles.ts';

const start = (at: number): SttEvent => ({ type: 'speechStart', at });
const interim = (text: string): SttEvent => ({ type: 'interim', text });
const final = (text: string, end = 0): SttEvent => ({ type: 'final', text, end });
const end = (at: number): SttEvent => ({ type: 'utteranceEnd', end: at });

const hear = (...transcripts: SttEvent[]): UserTurnEvent[] =>
  virtualTime(() => from(transcripts).pipe(userTurns())).values.map(({ value }) => value);

describe('userTurns', () => {
  it('should report a turn from its first voice to its end', () => {
    expect(
      hear(start(500), interim('What'), interim('What is'), final('What is new?', 1_400), end(1_500)),
    ).toEqual([
      { type: 'speaking', turn: 1, at: 500 },
      { type: 'interim', turn: 1, text: 'What' },
      { type: 'interim', turn: 1, text: 'What is' },
      { type: 'final', turn: 1, text: 'What is new?' },
      { type: 'said', turn: 1, text: 'What is new?', end: 1_500 },
    ]);
  });

  it('should add the finals of an utterance up, with the interim after them', () => {
    const turns = hear(
      start(0),
      final('One two', 900),
      interim('three'),
      final('three four.', 1_800),
      end(1_800),
    );
    expect(turns.filter(({ type }) => type === 'interim')).toEqual([
      { type: 'interim', turn: 1, text: 'One two three' },
    ]);
    expect(turns.at(-1)).toEqual({ type: 'said', turn: 1, text: 'One two three four.', end: 1_800 });
  });

  it('should end a turn once, however often its end is reported', () => {
    const turns = hear(
      start(0),
      final('Yes.', 400),
      end(400),
      end(400),
      start(2_000),
      final('No.', 2_400),
      end(2_400),
    );
    expect(turns.filter(({ type }) => type === 'said')).toEqual([
      { type: 'said', turn: 1, text: 'Yes.', end: 400 },
      { type: 'said', turn: 2, text: 'No.', end: 2_400 },
    ]);
  });

  it('should announce a turn of an engine that reports no start of speech', () => {
    expect(hear(interim('Hel'), final('Hello.', 300), end(300))[0]).toEqual({
      type: 'speaking',
      turn: 1,
      at: Infinity,
    });
  });

  it('should say what was open when the end comes without a final', () => {
    expect(hear(start(0), interim('turn left'), end(700)).at(-1)).toEqual({
      type: 'said',
      turn: 1,
      text: 'turn left',
      end: 700,
    });
  });

  it('should report a noise without words, and keep the number of the turn', () => {
    expect(
      hear(start(0), end(200), start(900), final('Well.', 1_200), end(1_200)).map(({ type, turn }) => [
        type,
        turn,
      ]),
    ).toEqual([
      ['speaking', 1],
      ['silent', 1],
      ['speaking', 1],
      ['final', 1],
      ['said', 1],
    ]);
  });

  it('should ignore empty transcripts', () => {
    expect(hear(interim(''), final('', 100), end(100))).toEqual([]);
  });

  it.each(['   ', '.', ' … ', '♪', '🎵', "'"])('should take %j for nothing said', text => {
    expect(hear(interim(text), final(text, 100), end(100))).toEqual([]);
    const eager: SttEvent = { type: 'eagerEnd', text };
    expect(hear(start(0), interim(text), eager, final(text, 100), end(100)).map(({ type }) => type)).toEqual([
      'speaking',
      'silent',
    ]);
    expect(hear(final('Well', 100), final(text, 200), end(200)).at(-1)).toMatchObject({ text: 'Well' });
  });

  it.each(['42', 'はい。', 'हाँ', '네', 'да', '٣', '👍 ok'])('should take %j for something said', text => {
    expect(hear(final(text, 100), end(100)).at(-1)).toEqual({ type: 'said', turn: 1, text, end: 100 });
  });

  it('should keep an interim when a final without words is of audio before it', () => {
    const text = (...transcripts: SttEvent[]): unknown => {
      const last = hear(...transcripts).at(-1);
      return last?.type === 'said' ? last.text : last?.type;
    };
    expect(text(start(900), interim('hello'), final('', 400), end(1_500))).toBe('hello');
    expect(text(start(900), final('Hello', 1_400), interim('there'), final('', 1_000), end(2_000))).toBe(
      'Hello there',
    );
    expect(text(start(900), interim('hm'), final('', 1_400), end(1_500))).toBe('silent');
    expect(text(start(0), interim('hm'), final('', 0), end(0))).toBe('silent');
  });

  it('should say what was begun when the audio ends mid-word', () => {
    expect(hear(start(0), final('I would', 600), interim('li')).at(-1)).toMatchObject({
      type: 'said',
      text: 'I would li',
    });
  });

  it('should fail with the name of an unknown event', () => {
    const strange$ = of(interim('help'), { type: 'partial', text: 'help me' } as unknown as SttEvent);
    const run = virtualTime(() => strange$.pipe(userTurns()));
    expect(run.values.at(-1)?.value).toMatchObject({ type: 'said', text: 'help' });
    expect(run.failed?.error).toMatchObject({
      stage: 'stt',
      message: expect.stringContaining("'partial'") as string,
    });
  });

  it('should say what was begun when the engine fails, and then fail', () => {
    const source$ = concat(
      of(start(0), interim('help')),
      throwError(() => new Error('gone')),
    );
    const run = virtualTime(() => source$.pipe(userTurns()));
    expect(run.values.at(-1)?.value).toMatchObject({ type: 'said', text: 'help' });
    expect(run.failed?.error).toEqual(new Error('gone'));
  });

  it('should refuse a turn of no length, and never cut one whose length no timer can wait for', async () => {
    for (const maxMs of [0, -1, NaN])
      expect(() => userTurns({ maxMs })).toThrow(/turns\.maxMs: .*more than 0/u);
    const talking$ = concat(of(start(0), final('one two', 3)), NEVER);
    const turns: UserTurnEvent[] = [];
    const call = talking$.pipe(userTurns({ maxMs: 2 ** 31 })).subscribe(turn => turns.push(turn));
    await lastValueFrom(timer(20));
    call.unsubscribe();
    expect(turns.map(({ type }) => type)).toEqual(['speaking', 'final']);
  });

  it('should cut a turn that lasts too long at its final words, and lose or double nothing', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('s--f----i--g---(e|)', {
        s: start(0),
        f: final('one two', 3),
        i: interim('three'),
        g: final('three four', 11),
        e: end(12),
      });
      expectObservable(source$.pipe(userTurns({ maxMs: 10 }))).toBe('s--f----i-c(tg)(e|)', {
        s: { type: 'speaking', turn: 1, at: 0 },
        f: { type: 'final', turn: 1, text: 'one two' },
        i: { type: 'interim', turn: 1, text: 'one two three' },
        c: { type: 'said', turn: 1, text: 'one two', end: 3 },
        t: { type: 'speaking', turn: 2, at: Infinity },
        g: { type: 'final', turn: 2, text: 'three four' },
        e: { type: 'said', turn: 2, text: 'three four', end: 12 },
      });
      expectSubscriptions(source$.subscriptions).toBe('^--------------!');
    });
  });

  it('should wait for words to be final when none are at the cut', () => {
    const { values } = virtualTime(
      () => of(start(0)).pipe(source$ => concat(source$, NEVER), userTurns({ maxMs: 100 })),
      { until: 250 },
    );
    expect(values.map(({ value }) => value.type)).toEqual(['speaking']);
    marbles(({ cold, expectObservable }) => {
      const source$ = cold('s 14ms (f|)', { s: start(0), f: final('so long', 14) });
      expectObservable(source$.pipe(userTurns({ maxMs: 10 }))).toBe('s 14ms (fc|)', {
        s: { type: 'speaking', turn: 1, at: 0 },
        f: { type: 'final', turn: 1, text: 'so long' },
        c: { type: 'said', turn: 1, text: 'so long', end: 14 },
      });
    });
  });

  it('should complete with an empty source, wait with a silent one and stop when unsubscribed', () => {
    expect(virtualTime(() => EMPTY.pipe(userTurns())).completedAt).toBe(0);
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold<SttEvent>('s---', { s: start(0) });
      expectObservable(source$.pipe(userTurns()), '^-!').toBe('s--', {
        s: { type: 'speaking', turn: 1, at: 0 },
      });
      expectSubscriptions(source$.subscriptions).toBe('^-!');
    });
  });

  it('should say what was begun when the engine fails, and leave nothing subscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('s--i--#', { s: start(0), i: interim('help') });
      expectObservable(source$.pipe(userTurns({ maxMs: 20 }))).toBe('s--i--(h#)', {
        s: { type: 'speaking', turn: 1, at: 0 },
        i: { type: 'interim', turn: 1, text: 'help' },
        h: { type: 'said', turn: 1, text: 'help', end: 0 },
      });
      expectSubscriptions(source$.subscriptions).toBe('^-----!');
    });
    const open$ = concat(of(start(0), interim('help')), NEVER);
    expect(virtualTime(() => open$.pipe(userTurns()), { until: 100 }).leftTimers).toBe(0);
  });

  it('should handle an event that a subscriber sends meanwhile after all of its own', () => {
    const source$ = new Subject<SttEvent>();
    const log: string[] = [];
    const call = source$.pipe(userTurns()).subscribe(({ type, turn }) => {
      log.push(`${turn} ${type}`);
      // Answers the first event of the turn: `speaking` of words without a reported voice.
      if (log.length === 1) source$.next(end(900));
      if (type === 'said' && turn === 1) source$.next(start(1_000));
    });
    source$.next(final('Hello.', 900));
    call.unsubscribe();
    expect(log).toEqual(['1 speaking', '1 final', '1 said', '2 speaking']);
    expect(source$.observed).toBe(false);
  });

  it('should count the turns of each subscription', () => {
    const turn$ = from([final('Hello.', 900), end(900)]).pipe(userTurns());
    const last = (): unknown => virtualTime(() => turn$).values.at(-1)?.value;
    expect([last(), last()]).toEqual([
      { type: 'said', turn: 1, text: 'Hello.', end: 900 },
      { type: 'said', turn: 1, text: 'Hello.', end: 900 },
    ]);
  });

  it('should stop a firehose', () => {
    const run = virtualTime(() =>
      from(Array.from({ length: 1_000 }, (_, at) => [start(at), final('a', at), end(at)]).flat()).pipe(
        userTurns(),
        take(4),
      ),
    );
    expect(run.values).toHaveLength(4);
  });
});

describe('utterances', () => {
  it('should give one message for each time the user has finished', () => {
    const source$ = of(
      start(0),
      final('Hello', 400),
      final('there.', 800),
      end(800),
      start(3_000),
      final('Bye.', 3_300),
      end(3_300),
    );
    expect(virtualTime(() => source$.pipe(utterances())).values.map(({ value }) => value)).toEqual([
      { role: 'user', content: 'Hello there.', turn: 1, end: 800 },
      { role: 'user', content: 'Bye.', turn: 2, end: 3_300 },
    ]);
  });

  it('should emit when the end comes, what was open before an error, and nothing after it is unsubscribed', () => {
    const events = { f: final('Hello.', 400), e: end(400), i: interim('and') };
    const said = { h: { role: 'user', content: 'Hello.', turn: 1, end: 400 } };
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('                             f--e--i|', events);
      expectObservable(source$.pipe(utterances())).toBe('---h---(a|)', {
        ...said,
        a: { role: 'user', content: 'and', turn: 2, end: 400 },
      });
      expectSubscriptions(source$.subscriptions).toBe('  ^------!');
    });
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const failing$ = cold('f--#', events);
      expectObservable(failing$.pipe(utterances())).toBe('---(h#)', said);
      expectSubscriptions(failing$.subscriptions).toBe('^--!');
      const open$ = cold('f--e', events);
      expectObservable(open$.pipe(utterances()), '^-!').toBe('---');
      expectSubscriptions(open$.subscriptions).toBe('^-!');
      expectObservable(cold<SttEvent>('|').pipe(utterances())).toBe('|');
    });
  });

  it('should cut as `userTurns` does, and refuse what it refuses', () => {
    expect(() => utterances({ maxMs: 0 })).toThrow(/turns\.maxMs/u);
    const words$ = from(['one two', 'three', 'four'].map((text, index) => final(text, index)));
    expect(
      virtualTime(() => words$.pipe(utterances({ maxWords: 2 }))).values.map(({ value }) => value.content),
    ).toEqual(['one two three', 'four']);
  });

  it('should handle an answer to a message after it', () => {
    const source$ = new Subject<SttEvent>();
    const log: string[] = [];
    const call = source$.pipe(utterances()).subscribe(({ content }) => {
      log.push(content);
      if (log.length === 1) for (const event of [final('Bye.', 900), end(900)]) source$.next(event);
    });
    for (const event of [final('Hello.', 400), end(400)]) source$.next(event);
    call.unsubscribe();
    expect(log).toEqual(['Hello.', 'Bye.']);
  });
});
