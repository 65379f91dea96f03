import { setup } from 'rxvoice';
import { mcp } from 'rxvoice/mcp';

export const voice = setup({
  stt: { engine: 'local' },
  llm: { engine: 'openai', apiKey: 'any', baseURL: 'http://127.0.0.1:11434/v1', model: 'llama3.2' },
  tts: { engine: 'local' },
  tools: [
    mcp({ name: 'docs', command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', './docs'] }),
    mcp({ url: 'https://example.com/mcp', headers: { authorization: 'Bearer …' }, filter: ['search'] }),
  ],
});
