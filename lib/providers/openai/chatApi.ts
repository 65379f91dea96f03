import type { OpenAI } from 'openai';
import { defer } from 'rxjs';
import { chatMessages, type ChatMessagesOptions } from './chatMessages.ts';
import { completionChunks } from './completionChunks.ts';
import type { Body, ModelApi } from './modelApi.ts';
import type { OpenaiConnection } from './openaiConnection.ts';
import type { OpenaiSdk } from './openaiSdk.ts';
import { streamedAnswer } from './streamedAnswer.ts';

/** Options of {@link chatApi}. */
export interface ChatApiOptions extends Pick<ChatMessagesOptions, 'from' | 'order'> {
  readonly client: OpenAI;
  readonly sdk: OpenaiSdk;
  readonly connection: Pick<OpenaiConnection, 'who'>;
  readonly timeoutMs: number;
  /** Fields of every request: the model and the options. */
  readonly fields: Body;
}

/** Chat Completions: `POST /v1/chat/completions`, streamed. */
export const chatApi = ({
  client,
  sdk,
  connection: { who },
  timeoutMs,
  fields,
  from,
  order,
}: ChatApiOptions): ModelApi => ({
  name: 'chat',
  fields: ({ tools = [], toolChoice }) => ({
    ...fields,
    ...(tools.length > 0 && {
      tools: tools.map(description => ({ type: 'function' as const, function: { ...description } })),
      ...(toolChoice !== undefined && { tool_choice: toolChoice }),
    }),
    stream: true,
  }),
  ask: ({ messages, body, attached, read }) =>
    defer(() => {
      let headers = new Headers();
      const request = { ...body, messages: chatMessages(messages, { from, order, attached }) };
      return streamedAnswer({
        send: signal => client.chat.completions.create(request as never, { signal }).asResponse(),
        messages,
        timeoutMs,
        who,
        onHeaders: given => (headers = given),
      }).pipe(
        completionChunks(
          who,
          ({ status, ...error }) => new sdk.APIError(status, error, error.message, headers),
        ),
        read,
      );
    }),
});
