import { createServer } from 'node:http';
import { setup } from 'rxvoice';
import { logLines, voiceServer } from 'rxvoice/server';

const server = createServer((request, response) => response.end('your own application'));
const voices = voiceServer({
  page: true, // the page of `rxvoice serve`, at /
  call: (request, { user }) =>
    setup({
      stt: { engine: 'deepgram' },
      llm: { engine: 'openai', systemPrompt: `You help ${user ?? 'a visitor'}. Be brief.` },
      tts: { engine: 'deepgram' },
    }),
});
voices.attach(server);
voices.event$.pipe(logLines()).subscribe(line => console.log(line)); // without the spoken words
server.listen(8080, () => console.log('Open http://localhost:8080'));
