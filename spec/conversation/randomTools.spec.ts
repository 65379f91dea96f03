import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConversationOptions } from '../../lib/index.ts';
import { wrongs } from '../random/laws.ts';
import { plan, type Plan } from '../random/plan.ts';
import { callWithTools } from '../random/toolCall.ts';
import { toolWrongs } from '../random/toolLaws.ts';
import { type ToolPlan, toolPlan } from '../random/toolPlan.ts';

// `npm run random -- --runs 10000 --seed 1` for more of them.
const runs = Math.ceil(Number(process.env['RXVOICE_RANDOM_RUNS'] ?? 300) / 3);
const seed = Number(process.env['RXVOICE_RANDOM_SEED'] ?? 20_261_125);

const speculation = { stableMs: 40, perTurn: 9, perMinute: 1_000 };
const policies: Record<string, Partial<ConversationOptions>> = {
  'no policy': {},
  'a voice that cuts': { bargeIn: { onVoice: 'cut' } },
  'words alone that cut': { bargeIn: { onVoice: 'wait', minWords: 2 } },
  'a short patience': { bargeIn: { minVoiceMs: 100, resumeMs: 150 } },
  'answers begun early': { speculation },
  'answers begun and synthesised early': { speculation: { ...speculation, tts: true } },
  'sentences that nothing interrupts': { bargeIn: { protect: sentence => /a\b/u.test(sentence) } },
  'half duplex, and a warm-up': { halfDuplex: { tailMs: 150 }, bargeIn: { warmUpMs: 2_000 } },
  'a greeting, prompts, and a bot that hangs up on silence': {
    greeting: { text: 'Hello there.', interruptible: false },
    idle: { afterMs: 900, prompts: ['Hello?'], hangUp: { goodbye: 'Byea.' } },
  },
  'all of these': {
    speculation: { ...speculation, tts: true },
    bargeIn: { protect: sentence => /a\b/u.test(sentence), warmUpMs: 1_000, minVoiceMs: 60 },
    halfDuplex: { tailMs: 150 },
    turns: { silenceMs: 500 },
    greeting: 'Hello there.',
    idle: { afterMs: 900, prompts: ['Hello?'] },
  },
};

const obeys = (planned: Plan, tools: ToolPlan, policy: Partial<ConversationOptions>): void => {
  const run = callWithTools(planned, tools, policy);
  const ended = { ...run.ended, guesses: policy.speculation !== undefined };
  // Words after the bot has hung up are not heard.
  const over = ended.log.find(entry => entry.type === 'event' && entry.event.type === 'call.ended');
  const heard = over === undefined ? planned : { ...planned, hangUpAt: over.at };
  expect([...toolWrongs(run, tools), ...wrongs(ended, heard)]).toEqual([]);
};

describe('any conversation with tools', () => {
  it.each(Object.entries(policies))(
    'should obey the laws with %s',
    (_, policy) => {
      fc.assert(
        fc.property(plan, toolPlan, (planned, tools) => obeys(planned, tools, policy)),
        { numRuns: runs, seed },
      );
    },
    3_600_000,
  );
});
