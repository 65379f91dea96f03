import { NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ConversationOptions } from '../../../lib/conversation/conversationOptions.ts';
import type { Llm, LlmEvent } from '../../../lib/llm/message.ts';
import { tool } from '../../../lib/llm/tool.ts';
import { scriptedLlm } from '../../../lib/testing/index.ts';
import { outline, run } from '../call.ts';

type Options = Partial<ConversationOptions>;
const protect = (sentence: string): boolean => sentence.startsWith('This call');
const recorded = 'This call is recorded. How can I help?';
const never = tool({
  name: 'wait',
  description: 'Waits.',
  parameters: z.object({}),
  timeoutMs: Infinity,
  run: () => NEVER,
});
const calling: Llm = messages =>
  messages.length < 3
    ? of<LlmEvent[]>(
        { type: 'token', text: recorded },
        { type: 'toolCall', id: 'a', name: 'wait', arguments: '{}' },
      )
    : scriptedLlm('Yes, I am here.')(messages);

const policies: Readonly<Record<string, Options>> = {
  'a protected sentence': { bargeIn: { protect } },
  'all sentences protected': { bargeIn: { protect: () => true } },
  'protected, in half duplex': { bargeIn: { protect }, halfDuplex: true },
  'protected, with a warm-up': { bargeIn: { protect, warmUpMs: 5_000 } },
  'protected, begun early': { bargeIn: { protect }, speculation: { tts: true } },
  'protected, with fillers': { bargeIn: { protect }, filler: { afterMs: 150 } },
  'protected, and words alone interrupt': { bargeIn: { protect, onVoice: 'wait' } },
  'protected, and a voice interrupts': { bargeIn: { protect, onVoice: 'cut' } },
  'protected, and a voice must last': { bargeIn: { protect, minVoiceMs: 600, resumeMs: 200 } },
  'protected, and many words interrupt': { bargeIn: { protect, minWords: 5 } },
  'protected, and no limit of progress': { bargeIn: { protect }, stallMs: Infinity },
  'a greeting that nothing interrupts': { greeting: { text: recorded, interruptible: false } },
  'a greeting, and prompts': {
    greeting: recorded,
    idle: { afterMs: 1_000, prompts: ['Hello?'] },
    bargeIn: { protect },
  },
  'a tool that never returns': { bargeIn: { protect }, tools: [never], llm: calling, stallMs: Infinity },
};

/** Voices with and without words, from before the first answer to within it, short and long. */
const voices = [200, 1_200, 2_500, 8_000].flatMap(forMs =>
  [1_050, 1_300, 1_450, 1_600, 2_400].flatMap(from =>
    ['', 'And another thing.'].map(text => ({ from, to: from + forMs, text, noticedMs: 80 })),
  ),
);

describe('a call', () => {
  it.each(Object.entries(policies))(
    'should go on and end, whatever voice comes over its first answer: %s',
    (_, options) => {
      for (const voice of voices) {
        const { values, completedAt, alive } = run({
          says: [
            { from: 500, to: 1_000, text: 'Hello.' },
            voice,
            { from: 20_000, to: 21_000, text: 'Are you there?' },
          ],
          lasts: 40_000,
          llm: scriptedLlm(messages => (messages.length > 3 ? 'Yes, I am here.' : recorded)),
          until: 90_000,
          ...options,
        });
        const shown = JSON.stringify([voice, outline(values)]);
        // A tool that never returns is waited for up to 10 s after the end of the input.
        expect(completedAt, shown).toBeLessThanOrEqual(options.tools ? 50_000 : 40_000);
        expect(alive).toBe(0);
        const asked = values.find(
          ({ value }) => value.type === 'user.said' && value.text.includes('Are you there?'),
        );
        expect(asked?.at, shown).toBe(21_300);
        const answered = values.find(
          ({ at, value }) => at > 21_300 && value.type === 'bot.spoke' && value.turn > 1,
        );
        expect(answered?.at, shown).toBeLessThan(26_000);
      }
    },
  );
});
