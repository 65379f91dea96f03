import { type BotAnswer, type Llm, llmFrom } from 'rxvoice';
import { type AiMessage, aiMessages } from 'rxvoice/ai';

/** An agent of Mastra, as far as a call needs it. */
export interface StreamingAgent {
  stream(messages: AiMessage[], options: { abortSignal: AbortSignal }): BotAnswer | Promise<BotAnswer>;
}

/** An agent as a bot. rxvoice gives it the conversation as it was heard: leave its own memory out. */
export const agentLlm = (agent: StreamingAgent): Llm =>
  llmFrom((messages, { signal }) => agent.stream(aiMessages(messages), { abortSignal: signal }));
