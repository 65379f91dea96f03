import { fileURLToPath } from 'node:url';
import { lastValueFrom, of, tap, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import type { ConversationEvent } from '../../../lib/conversation/events.ts';
import { setup, tool } from '../../../lib/index.ts';
import type { Llm, LlmEvent } from '../../../lib/llm/message.ts';
import { mcp } from '../../../lib/providers/mcp/index.ts';
import { scriptedInput, scriptedStt, scriptedTts } from '../../../lib/testing/index.ts';
import { z } from 'zod';

const script = fileURLToPath(new URL('../../fixtures/mcpServer.js', import.meta.url));

/** A model that calls the tool whose name the user says, and then says its result. */
const obedient: Llm = (messages, { tools = [] } = {}) => {
  const { role, content } = messages.at(-1)!;
  return role === 'tool'
    ? of<LlmEvent[]>({ type: 'token', text: `It says: ${content}` })
    : of<LlmEvent[]>({
        type: 'toolCall',
        id: `call-${messages.length}`,
        name: content.replace('.', ''),
        arguments: JSON.stringify({ cake: tools.length > 10 ? 'apple' : 'no' }),
      });
};

it('should use a tool in a spoken conversation, survive the death of its server, and connect again', async () => {
  const bot = setup({
    stt: scriptedStt([
      { from: 100, to: 300, text: 'price.' },
      { from: 1_400, to: 1_600, text: 'cakes_price.' },
      { from: 2_700, to: 2_900, text: 'die.' },
      { from: 4_800, to: 5_000, text: 'cakes_price.' },
    ]),
    llm: obedient,
    tts: scriptedTts({ msPerCharacter: 2 }),
    bargeIn: { onVoice: 'wait', minWords: 99 },
    tools: [
      tool({ name: 'price', description: 'Ours.', parameters: z.object({}), run: () => 'ours' }),
      mcp({ command: process.execPath, args: [script, 'stdio'], name: 'cakes' }),
    ],
  });
  const events: ConversationEvent[] = await lastValueFrom(
    bot.conversation$(scriptedInput(7_500), { write: () => undefined }).pipe(
      tap(event => 'cause' in event && expect.unreachable(String(event.cause))),
      toArray(),
    ),
  );
  const texts = events.flatMap(event => (event.type === 'bot.spoke' ? [event.text.trim()] : []));
  expect(texts.slice(0, 2)).toEqual(['It says: ours', 'It says: apple costs four euros.']);
  expect(texts[2]).toContain('The connection to the service was lost');
  expect(texts[3]).toBe('It says: apple costs four euros.');
  const warnings = events.flatMap(event => (event.type === 'call.warning' ? [event.message] : []));
  expect(warnings).toEqual([
    expect.stringContaining("can't be offered"),
    expect.stringContaining("The MCP server 'cakes' closed the connection"),
  ]);
});
