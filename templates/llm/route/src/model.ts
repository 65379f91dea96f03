import { type Llm, llmFrom, type VoiceConfig } from 'rxvoice';
import { standIn } from './standIn.ts';

/** A chat route that exists already, by its address: it answers with text, or the events of `useChat` or Chat Completions. */
export const routeLlm = (url: string): Llm =>
  llmFrom((messages, { signal }) =>
    fetch(url, {
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

const url = process.env['RXVOICE_ROUTE'];

/** The bot: your chat route, at RXVOICE_ROUTE (also in .env), else a stand-in that needs none. */
export const llm: VoiceConfig['llm'] = url ? routeLlm(url) : standIn;
