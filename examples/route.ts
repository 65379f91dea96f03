import { llmFrom } from 'rxvoice';

export const llm = llmFrom((messages, { signal }) =>
  fetch('http://127.0.0.1:3000/api/chat', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    // As `useChat` of the AI SDK sends them; change this to the form that your route takes.
    body: JSON.stringify({
      messages: messages
        .filter(({ role, content }) => (role === 'user' || role === 'assistant') && content !== '')
        .map(({ role, content }, id) => ({ id: `${id}`, role, parts: [{ type: 'text', text: content }] })),
    }),
    signal,
  }),
);
