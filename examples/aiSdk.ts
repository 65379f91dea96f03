import { gateway, tool } from 'ai';
import { aiLlm, aiTools } from 'rxvoice/ai';
import { z } from 'zod';

export const llm = aiLlm(gateway('openai/gpt-6-luna')); // or any other model of the AI SDK
export const tools = aiTools({
  price: tool({
    description: 'The price of a cake, in euros.',
    inputSchema: z.object({ cake: z.string() }),
    execute: async ({ cake }) => Promise.resolve(cake.includes('chocolate') ? 4.5 : 3.9),
  }),
});
