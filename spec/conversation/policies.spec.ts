import fc from 'fast-check';
import { concat, EMPTY, map, mergeMap, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Command, conversation, type ConversationOptions, voiceActivity } from '../../lib/index.ts';
import { call } from '../random/call.ts';
import { wrongs } from '../random/laws.ts';
import { plan } from '../random/plan.ts';

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
    voice: voiceActivity(),
    turns: { silenceMs: 400, finalMs: 600 },
  },
  'a greeting, prompts and a program that speaks': {
    greeting: { text: 'Hello there.', interruptible: false },
    idle: { afterMs: 300, prompts: ['Hello?', 'Anybody?'] },
    commands$: concat(commands$, EMPTY),
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

describe('any conversation', () => {
  it('should obey the laws of a conversation with any policies together', { timeout: 3_600_000 }, () => {
    const names = fc.subarray(Object.keys(policies), { minLength: 2 });
    fc.assert(
      fc.property(plan, names, (planned, chosen) => {
        const policy = together(chosen.map(name => policies[name]!));
        const ended = call(planned, options =>
          conversation({ ...options, ...policy, turns: { ...options.turns, ...policy.turns } }),
        );
        expect(wrongs({ ...ended, guesses: policy.speculation !== undefined }, planned)).toEqual([]);
      }),
      { numRuns: runs, seed },
    );
  });

  it.each(Object.entries(policies))(
    'should obey the laws of a conversation with %s',
    (_, policy) => {
      fc.assert(
        fc.property(plan, planned => {
          const ended = call(planned, options =>
            conversation({ ...options, ...policy, turns: { ...options.turns, ...policy.turns } }),
          );
          expect(wrongs({ ...ended, guesses: policy.speculation !== undefined }, planned)).toEqual([]);
        }),
        { numRuns: runs, seed },
      );
    },
    3_600_000,
  );
});
