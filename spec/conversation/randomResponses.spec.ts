import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ConversationOptions } from '../../lib/index.ts';
import { ResponseStore } from '../../lib/emulators/openai/responseStore.ts';
import type { Message } from '../../lib/llm/message.ts';
import { call } from '../random/call.ts';
import { wrongs } from '../random/laws.ts';
import { plan, type Plan } from '../random/plan.ts';
import { falseBeliefs, type ServerPlan, throughResponses } from '../random/responses.ts';
import { callWithTools } from '../random/toolCall.ts';
import { toolWrongs } from '../random/toolLaws.ts';
import { type ToolPlan, toolPlan } from '../random/toolPlan.ts';

// `npm run random -- --runs 10000 --seed 1` for more of them.
const runs = Math.ceil(Number(process.env['RXVOICE_RANDOM_RUNS'] ?? 300) / 3);
const seed = Number(process.env['RXVOICE_RANDOM_SEED'] ?? 20_261_128);

const serverPlan: fc.Arbitrary<ServerPlan> = fc.record({
  delayMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 200 })),
  lifetimeMs: fc.oneof(fc.constant(3_300_000), fc.integer({ min: 500, max: 9_000 })),
  lanes: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

// Waits after a lost connection vary at random: a failure must come again from its seed, with figures in whole ms.
beforeAll(() => void vi.spyOn(Math, 'random').mockReturnValue(0.5));
afterAll(() => void vi.restoreAllMocks());

const speculation = { stableMs: 40, perTurn: 9, perMinute: 1_000 };
const policies: Record<string, Partial<ConversationOptions>> = {
  'no policy': {},
  'a voice that cuts': { bargeIn: { onVoice: 'cut' } },
  'answers begun early': { speculation },
  'answers begun and synthesised early': { speculation: { ...speculation, tts: true } },
};

/** The same conversation without faults of engines: more of its responses are continued. */
const calm = (planned: Plan): Plan => ({
  ...planned,
  hangUpAt: undefined,
  sttFailsAt: undefined,
  answers: planned.answers.map(answer => ({
    ...answer,
    fault: undefined,
    sentences: answer.sentences.length > 0 ? answer.sentences : [2],
  })),
  voices: planned.voices.map(voice => ({ ...voice, fault: undefined })),
  outputs: planned.outputs.map(output => ({ ...output, fault: undefined })),
});
const anyPlan = fc.oneof(plan, plan.map(calm));

/** Results of a tool that the model itself has are no part of the protocol. */
const ownTools = toolPlan.map((tools): ToolPlan => ({
  ...tools,
  rounds: tools.rounds.map(round => ({
    ...round,
    calls: round.calls.map(call => ({ ...call, result: undefined })),
  })),
}));

describe.each(Object.entries(policies))(
  'any conversation over the WebSocket of the Responses API, with %s',
  (_, policy) => {
    const guesses = policy.speculation !== undefined;

    // The planned model is asked with the conversation that the server believes in: so the laws hold that belief, rather
    // than the messages that were sent, to the history that the call remembers.
    it(
      'should have the server believe in the history that the call remembers',
      { timeout: 3_600_000 },
      () => {
        fc.assert(
          fc.property(anyPlan, serverPlan, (planned, server) => {
            const [store, sent] = [new ResponseStore(), [] as Message[][]];
            const through = throughResponses(server, store, sent);
            const ended = call(planned, options =>
              through({ ...options, ...policy, turns: { ...options.turns, ...policy.turns } }),
            );
            expect([...wrongs({ ...ended, guesses }, planned), ...falseBeliefs(store, sent)]).toEqual([]);
          }),
          { numRuns: runs, seed },
        );
      },
    );

    it('should have it believe in the calls and results of tools, too', { timeout: 3_600_000 }, () => {
      fc.assert(
        fc.property(anyPlan, ownTools, serverPlan, (planned, tools, server) => {
          const [store, sent] = [new ResponseStore(), [] as Message[][]];
          const run = callWithTools(planned, tools, policy, throughResponses(server, store, sent));
          const ended = { ...run.ended, guesses };
          expect([
            ...toolWrongs(run, tools),
            ...wrongs(ended, planned),
            ...falseBeliefs(store, sent),
          ]).toEqual([]);
        }),
        { numRuns: runs, seed },
      );
    });
  },
);
