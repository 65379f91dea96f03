import { setup, tool } from 'rxvoice';
import { microphone, speaker } from 'rxvoice/devices';
import { z } from 'zod';

const voice = setup({
  stt: { engine: 'deepgram' }, // DEEPGRAM_API_KEY
  llm: { engine: 'openai', systemPrompt: 'You take orders for a bakery. Be brief.' }, // OPENAI_API_KEY
  tts: { engine: 'deepgram', voice: 'thalia' },
  greeting: 'Hello, this is the bakery. What would you like?',
  speculation: true,
  tools: [
    tool({
      name: 'price',
      description: 'The price of a cake, in euros.',
      parameters: z.object({ cake: z.string() }),
      run: ({ cake }) => (cake.includes('chocolate') ? 4.5 : 3.9),
    }),
  ],
});

voice.conversation$(microphone(), speaker()).subscribe(event => console.log(event));
