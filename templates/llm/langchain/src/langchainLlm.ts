import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { type Llm, llmFrom } from 'rxvoice';

/** A chat model of LangChain as a bot. The same goes for a graph: `graph.stream({ messages }, { streamMode: 'messages', signal })`. */
export const langchainLlm = (model: BaseChatModel): Llm =>
  llmFrom((messages, { signal }) =>
    model.stream(
      messages.flatMap(({ role, content }) => (role === 'tool' || content === '' ? [] : [{ role, content }])),
      { signal },
    ),
  );
