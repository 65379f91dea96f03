import { gateway, stepCountIs, streamText } from 'ai';
import { llmFrom } from 'rxvoice';
import { aiMessages } from 'rxvoice/ai';

export const llm = llmFrom((messages, { signal }) =>
  streamText({
    model: gateway('openai/gpt-6-luna'),
    messages: aiMessages(messages),
    allowSystemInMessages: true, // the system prompt of `setup`
    tools: {}, // yours: streamText runs them
    stopWhen: stepCountIs(5),
    abortSignal: signal,
  }),
);
