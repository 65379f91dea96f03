import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { llmFrom } from 'rxvoice';

export const langchainLlm = (model: BaseChatModel) =>
  llmFrom((messages, { signal }) =>
    model.stream(
      messages.flatMap(({ role, content }) => (role === 'tool' || content === '' ? [] : [{ role, content }])),
      { signal },
    ),
  );
