import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { StructuredToolInterface } from '@langchain/core/tools';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { llmFrom } from 'rxvoice';

export const graphLlm = (llm: BaseChatModel, tools: StructuredToolInterface[]) => {
  const graph = createReactAgent({ llm, tools }); // or any other graph, without a checkpointer
  return llmFrom((messages, { signal }) =>
    graph.stream(
      {
        messages: messages.flatMap(({ role, content }) =>
          role === 'tool' || content === '' ? [] : [{ role, content }],
        ),
      },
      { streamMode: 'messages', signal },
    ),
  );
};
