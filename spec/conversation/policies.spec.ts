import fc from 'fast-check';
import { concat, defer, EMPTY, map, mergeMap, Observable, of, Subject, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { voiceActivity } from '../../lib/audio/index.ts';
import {
  type Command,
  type Conversation,
  conversation,
  type ConversationEvent,
  type ConversationOptions,
} from '../../lib/index.ts';
import { call, type Ended } from '../random/call.ts';
import { wrongs } from '../random/laws.ts';
import { plan, type Plan } from '../random/plan.ts';

// `npm run random -- --runs 10000 --seed 1` for more of them.
const runs = Math.ceil(Number(process.env['RXVOICE_RANDOM_RUNS'] ?? 300) / 6);
const seed = Number(process.env['RXVOICE_RANDOM_SEED'] ?? 20_261_125);

const speculation = { stableMs: 40, perTurn: 9, perMinute: 1_000 };
const commands$ = of<Command[]>(
  { type: 'say', text: 'Newsa.' },
  { type: 'interrupt' },
  { type: 'say', text: 'Newsb.', now: true, interruptible: false },
  { type: 'say', text: 'Newsc.' },
).pipe(mergeMap((command, index) => timer(400 + index * 700).pipe(map(() => command))));

const policies: Record<string, Partial<ConversationOptions>> = {
  'a voice that cuts': { bargeIn: { onVoice: 'cut' } },
  'words alone that cut, two of them': { bargeIn: { onVoice: 'wait', minWords: 2 } },
  'a voice that must last, and a short patience': { bargeIn: { minVoiceMs: 100, resumeMs: 150 } },
  'sentences that nothing interrupts': { bargeIn: { protect: sentence => /a\b/u.test(sentence) } },
  'a bot that thinks and speaks differently': {
    bargeIn: { thinking: { onVoice: 'cut' }, speaking: { onVoice: 'wait', minWords: 3 }, warmUpMs: 2_000 },
  },
  'turns that end late': { turns: { silenceMs: 700 } },
  'answers begun early': { speculation },
  'answers begun and synthesised early': { speculation: { ...speculation, tts: true } },
  'answers begun early, turns that end late, a detector': {
    speculation: { ...speculation, tts: true },
    vad: voiceActivity(),
    turns: { silenceMs: 400, finalMs: 600 },
  },
  'a greeting, prompts and a program that speaks': {
    greeting: { text: 'Hello there.', interruptible: false },
    idle: { afterMs: 300, prompts: ['Hello?', 'Anybody?'] },
    commands$: concat(commands$, EMPTY),
  },
  'half duplex': { halfDuplex: { tailMs: 150 } },
  'fillers, and a bot that hangs up on silence': {
    filler: { afterMs: 300, texts: ['Fillera.'] },
    idle: { afterMs: 900, prompts: ['Hello?'], hangUp: { goodbye: 'Byea.' } },
  },
};

/** Several policies at once. */
const together = (chosen: readonly Partial<ConversationOptions>[]): Partial<ConversationOptions> =>
  chosen.reduce(
    (all, policy) => ({
      ...all,
      ...policy,
      ...((all.bargeIn ?? policy.bargeIn) && { bargeIn: { ...all.bargeIn, ...policy.bargeIn } }),
      ...((all.turns ?? policy.turns) && { turns: { ...all.turns, ...policy.turns } }),
    }),
    {},
  );

const having = (options: ConversationOptions, policy: Partial<ConversationOptions>): ConversationOptions => ({
  ...options,
  ...policy,
  turns: { ...options.turns, ...policy.turns },
});

const obeys = (ended: Ended, planned: Plan, { speculation }: Partial<ConversationOptions>): void => {
  // Words after the bot has hung up are not heard.
  const over = ended.log.find(entry => entry.type === 'event' && entry.event.type === 'call.ended');
  const plan = over === undefined ? planned : { ...planned, hangUpAt: over.at };
  expect(wrongs({ ...ended, guesses: speculation !== undefined }, plan)).toEqual([]);
};

interface Program {
  readonly to: ConversationEvent['type'];
  readonly command: Command;
  readonly times: number;
}

/** A conversation whose program answers the first few events of a kind with a command, in the very moment. */
const answering =
  ({ to, command, times }: Program, options: ConversationOptions): Conversation =>
  (input, output) =>
    defer(() => {
      const commands$ = new Subject<Command>();
      let left = times;
      return new Observable<ConversationEvent>(subscriber =>
        conversation({ ...options, commands$ })(input, output).subscribe({
          next: event => {
            subscriber.next(event);
            if (event.type === to && left-- > 0) commands$.next(command);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });
/** Any event; `commandsToEvents.spec.ts` has a call in which each of them happens. */
const answered: readonly ConversationEvent['type'][] = [
  'call.ready',
  'call.ended',
  'user.speaking',
  'user.interim',
  'user.final',
  'user.noise',
  'user.ignored',
  'user.said',
  'bot.token',
  'bot.answered',
  'bot.writing',
  'bot.sentence',
  'bot.audio',
  'bot.speaking',
  'bot.speculated',
  'bot.filler',
  'bot.paused',
  'bot.resumed',
  'bot.spoke',
  'bot.interrupted',
  'turn.failed',
];
const answers: readonly Command[] = [
  { type: 'endTurn' },
  { type: 'say', text: 'Newsa.' },
  { type: 'say', text: 'Newsb.', now: true },
  { type: 'interrupt' },
  { type: 'hangUp', goodbye: 'Byea.' },
  { type: 'hangUp' },
];

describe('any conversation', () => {
  it('should obey the laws of a conversation whatever a program answers', { timeout: 3_600_000 }, () => {
    const program = fc.record({
      to: fc.constantFrom(...answered),
      command: fc.constantFrom(...answers),
      times: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(plan, program, fc.constantFrom(...Object.values(policies)), (planned, program, policy) => {
        const ended = call(planned, options => answering(program, having(options, policy)));
        obeys(ended, planned, policy);
      }),
      { numRuns: runs, seed },
    );
  });

  it('should obey the laws of a conversation with any policies together', { timeout: 3_600_000 }, () => {
    const names = fc.subarray(Object.keys(policies), { minLength: 2 });
    fc.assert(
      fc.property(plan, names, (planned, chosen) => {
        const policy = together(chosen.map(name => policies[name]!));
        obeys(
          call(planned, options => conversation(having(options, policy))),
          planned,
          policy,
        );
      }),
      { numRuns: runs, seed },
    );
  });

  it.each(Object.entries(policies))(
    'should obey the laws of a conversation with %s',
    (_, policy) => {
      fc.assert(
        fc.property(plan, planned => {
          obeys(
            call(planned, options => conversation(having(options, policy))),
            planned,
            policy,
          );
        }),
        { numRuns: runs, seed },
      );
    },
    3_600_000,
  );
});
