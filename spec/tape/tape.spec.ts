import fc from 'fast-check';
import {
  concat,
  lastValueFrom,
  map,
  mergeMap,
  NEVER,
  of,
  Subject,
  tap,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import { readTape } from '../../lib/tape/readTape.ts';
import { describe, expect, it } from 'vitest';
import { conversation } from '../../lib/conversation/conversation.ts';
import type { Notice } from '../../lib/engine.ts';
import type { Llm } from '../../lib/llm/message.ts';
import {
  replay,
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
  tapedConversation,
  virtualTime,
} from '../../lib/testing/index.ts';
import { call } from '../random/call.ts';
import { type Plan, plan } from '../random/plan.ts';

const story = scriptedLlm('Once upon a time there was Dr. Miller. He had 3 daughters. They were happy.');
const says = [
  { from: 500, to: 1_500, text: 'Tell me about Maria, please.' },
  { from: 4_000, to: 4_600, text: 'Stop Maria.' },
];
const output = { write: () => undefined };

/** A number of reads of 20 ms of silence. */
const readsOf = (count: number) => (): Uint8Array | null => (count-- > 0 ? new Uint8Array(640) : null);

/** A taped call: its tape, and its events. */
function taped(options: { readonly redact?: boolean; readonly audio?: boolean; readonly llm?: Llm } = {}) {
  const lines: string[] = [];
  const { llm = story, ...taping } = options;
  const run = virtualTime(() =>
    tapedConversation(
      { stt: scriptedStt(says), llm, tts: scriptedTts(), speech: { leadMs: 100 } },
      () => line => lines.push(line),
      taping,
    )(scriptedInput(9_000), output),
  );
  return { tape: lines.join(''), run };
}

/** No engine answers in the instant it receives text; an output that never ends can't be distinguished from a cut one. */
const unhurried = (planned: Plan): Plan => ({
  ...planned,
  voices: planned.voices.map(voice => ({ ...voice, firstAudioMs: Math.max(1, voice.firstAudioMs) })),
  outputs: planned.outputs
    .filter(({ fault }) => fault !== 'hang')
    .concat(planned.outputs.slice(0, 1).map(output => ({ ...output, fault: undefined }))),
});

describe('a tape', () => {
  it('should leave the call as it is', () => {
    const plainly = virtualTime(() =>
      conversation({ stt: scriptedStt(says), llm: story, tts: scriptedTts(), speech: { leadMs: 100 } })(
        scriptedInput(9_000),
        output,
      ),
    );
    expect(taped().run).toEqual(plainly);
  });

  it('should be replayed as it was, to the millisecond', () => {
    const { tape, run } = taped({ redact: false });
    const { values, completedAt, differences, offMs } = replay(tape);
    expect(values).toEqual(run.values);
    expect(completedAt).toBe(run.completedAt);
    expect([differences, offMs]).toEqual([[], 0]);
  });

  it('should hold no spoken words, and still go the same way', () => {
    const { tape, run } = taped();
    for (const word of ['Maria', 'Tell', 'please', 'upon', 'Miller', 'daughters', '3'])
      expect(tape).not.toMatch(new RegExp(`\\b${word}\\b(?=[^"]*"\\s*[,}])`, 'u'));
    const { values, differences } = replay(tape);
    expect(differences).toEqual([]);
    expect(values.map(({ at, value }) => [at, value.type])).toEqual(
      run.values.map(({ at, value }) => [at, value.type]),
    );
    expect(replay(tape)).toEqual(replay(tape));
  });

  it('should keep the sound where it is asked to', () => {
    const { tape } = taped({ audio: true });
    let loudest = 0;
    replay(tape, ({ stt, llm, tts, input$, output }) =>
      conversation({
        stt,
        llm,
        tts: text =>
          tts(text).pipe(
            tap(({ pcm }) => (loudest = pcm.reduce((max, sample) => Math.max(max, sample), loudest))),
          ),
      })(input$, output),
    );
    expect(loudest).toBeGreaterThan(7_000);
  });

  it('should be replayed as far as it goes, wherever it was cut off', () => {
    const { tape, run } = taped({ redact: false });
    expect(replay(tape).cutOff).toBe(false);
    const ends = run.values.flatMap(({ value }) =>
      value.type === 'bot.spoke' || value.type === 'bot.interrupted' ? [value] : [],
    );
    expect(ends).toHaveLength(2);
    // As it is on the disk when the program dies: also in the middle of a line.
    for (let length = tape.indexOf('\n') + 1; length < tape.length - 1; length += 97) {
      const { cutOff, differences, offMs, values, recorded } = replay(tape.slice(0, length));
      expect([length, cutOff, differences, offMs]).toEqual([length, true, [], 0]);
      const over = recorded.flatMap(({ event }) => ends.filter(({ type }) => type === event.type));
      expect(values.map(({ value }) => value)).toEqual(expect.arrayContaining(over));
    }
  });

  it('should hold the words of its options redacted as those of the call, so that it goes as it did', () => {
    const lines: string[] = [];
    const options = {
      stt: scriptedStt([{ from: 2_500, to: 3_000, text: 'Potsdam Maria.' }]),
      llm: () => throwError(() => new Error('It is broken.')),
      tts: scriptedTts(),
      greeting: { text: 'Zimtstern bakery, Maria speaking.', interruptible: false },
      apology: 'Zimtstern regrets this.',
      idle: { afterMs: 3_000, prompts: ['Still hungry?'], hangUp: { goodbye: 'Zimtstern says goodbye.' } },
      bargeIn: { onVoice: 'wait', always: ['potsdam'], minWords: Infinity },
    } as const;
    const run = virtualTime(() =>
      tapedConversation(options, () => line => lines.push(line))(scriptedInput(20_000), output),
    );
    const tape = lines.join('');
    expect(tape).not.toMatch(/Zimtstern|Maria|hungry|Potsdam|regrets/iu);
    expect(lines[0]).toContain('"onVoice":"wait"');
    expect(run.values.map(({ value }) => value.type)).toContain('turn.failed');
    const { differences, offMs } = replay(tape, { llm: options.llm });
    expect([differences, offMs]).toEqual([[], 0]);
  });

  it('should be read with the names of events that version 1 had', () => {
    const [header = '', ...lines] = taped().tape.split('\n');
    const old = JSON.stringify({ ...(JSON.parse(header) as object), version: 1 });
    const event = (value: object): string => JSON.stringify({ type: 'event', at: 1, event: value });
    const tape = [
      old,
      ...lines.filter(line => !line.includes('"type":"event"')),
      event({ type: 'user.silent', turn: 1 }),
      event({ type: 'user.ignored', turn: 1, text: 'Mhm.', why: 'backchannel' }),
    ].join('\n');
    expect(readTape(tape).events.map(({ event }) => event)).toEqual([
      { type: 'user.noise', turn: 1 },
      { type: 'user.ignored', turn: 1, text: 'Mhm.', reason: 'backchannel' },
    ]);
  });

  it('should be read when its header is as older versions wrote it, in clear', () => {
    const [header = '', ...lines] = taped().tape.split('\n');
    const old = JSON.parse(header) as { options: object };
    const withGreeting = JSON.stringify({
      ...old,
      options: { ...old.options, idle: { afterMs: 60_000, prompts: ['Still there, Maria?'] } },
    });
    expect(replay([withGreeting, ...lines].join('\n')).differences).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => ({
        fail: () => {
          throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        },
      }),
    ],
    ['rejects', () => ({ fail: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })) })],
  ])('should end no call when what writes it %s', async (how, make) => {
    const { fail } = make();
    let written = 0;
    const call$ = tapedConversation(
      {
        stt: scriptedStt([{ from: 10, to: 40, text: 'Hello.' }]),
        llm: scriptedLlm('Hi.'),
        tts: scriptedTts(),
      },
      () => () => (++written > 2 ? fail() : undefined),
    )({ read: readsOf(60) }, output);
    const events = await lastValueFrom(call$.pipe(toArray()));
    expect(events.filter(({ type }) => type === 'call.warning')).toEqual([
      { type: 'call.warning', stage: 'output', message: expect.stringContaining('(ENOSPC)') as string },
    ]);
    expect(events.map(({ type }) => type)).toContain('bot.spoke');
    if (how === 'throws') expect(written).toBe(3);
  });

  it('should be refused where a line is none of a tape', () => {
    const [header = '', ...lines] = taped().tape.split('\n');
    for (const line of [
      'null',
      '5',
      '{"type":"strand","id":1}',
      '{"type":"strand","id":1,"of":"stt","at":0,"values":[1]}',
      '{"type":"event","at":1}',
    ])
      expect(() => replay([header, line, ...lines].join('\n'))).toThrow('Line 2 of the tape is damaged.');
  });

  it('should show what another bot makes of the same call', () => {
    const { tape } = taped();
    const { differences } = replay(tape, { bargeIn: { onVoice: 'wait' } });
    expect(differences.length).toBeGreaterThan(0);
  });

  it('should hold the engines’ loading and notices, and errors', () => {
    const notice$ = new Subject<Notice>();
    const failing: Llm = () =>
      timer(50).pipe(
        mergeMap(() => {
          notice$.next({ type: 'warning', message: 'It is slow.' });
          return throwError(() => new TypeError('the caller said Maria'));
        }),
      );
    const warm$ = concat(
      of({ engine: 'a model', progress: 0 }),
      timer(700).pipe(map(() => ({ engine: 'a model', progress: 1 }))),
      NEVER,
    );
    const llm = Object.assign(failing, { notice$, warm$ });
    const { tape, run } = taped({ llm });
    expect(run.values.map(({ value }) => value.type)).toContain('call.warning');
    expect(run.values[2]).toEqual({ at: 700, value: { type: 'call.ready' } });
    expect(tape).not.toContain('the caller said');
    const { differences, values } = replay(tape);
    expect(differences).toEqual([]);
    expect(values.find(({ value }) => value.type === 'turn.failed')?.value).toMatchObject({
      cause: { name: 'TypeError' },
    });
  });

  it('should be refused when it is none', () => {
    expect(() => replay('')).toThrow(/does not begin with the header/);
    expect(() => replay('{"type":"tape","version":9,"options":{}}')).toThrow(/version 9/);
    expect(() => replay('{"type":"tape"}\n{"type"\n{}')).toThrow(/Line 2/);
  });

  it('should be of use when the recording broke off', () => {
    const { tape } = taped();
    const half = tape.slice(0, Math.floor(tape.length / 2));
    expect(replay(half).values.map(({ value }) => value.type)).toContain('call.ready');
  });

  it(
    'should go the same way whatever the call was, but for what happens in one millisecond',
    { timeout: 600_000 },
    () => {
      let same = 0;
      const plans = fc.sample(plan.map(unhurried), { numRuns: 60, seed: 7 });
      for (const planned of plans) {
        const lines: string[] = [];
        const then = call(planned, options => tapedConversation(options, () => line => lines.push(line)));
        const now = replay(lines.join(''));
        expect(replay(lines.join(''))).toEqual(now);
        const times = then.log.flatMap(entry => (entry.type === 'event' ? [entry.at] : []));
        // A timer of the call's own that is due in the very millisecond something arrives from outside: no tape records which
        // was first.
        if (now.differences.length > 0) continue;
        same += 1;
        expect(now.values.map(({ at }) => at)).toEqual(times);
      }
      expect(same).toBeGreaterThanOrEqual(57);
    },
  );
});
