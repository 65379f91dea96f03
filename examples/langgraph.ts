import { llmFrom } from 'rxvoice';

/** A compiled graph, or an agent of `createAgent`, without a checkpointer. */
interface Graph {
  stream(input: object, options: object): Promise<AsyncIterable<object>>;
}

export const graphLlm = (graph: Graph) =>
  llmFrom((messages, { signal }) =>
    graph.stream(
      {
        messages: messages.flatMap(({ role, content }) =>
          role === 'tool' || content === '' ? [] : [{ role, content }],
        ),
      },
      { streamMode: 'messages', signal },
    ),
  );
