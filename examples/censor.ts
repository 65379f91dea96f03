import { map } from 'rxjs';
import { ofType, setup } from 'rxvoice';
import { scriptedInput, scriptedLlm, scriptedStt, scriptedTts } from 'rxvoice/testing';

const voice = setup({
  stt: scriptedStt([{ from: 500, to: 1_500, text: 'What do you say?' }]), // { engine: 'local' }
  llm: scriptedLlm('Well, damn it. Let us try again.'), // { engine: 'builtin' }
  tts: scriptedTts(), // { engine: 'local' }
  operators: { sentences: map(sentence => sentence.replaceAll(/\bdamn\b/gi, 'darn')) },
});

voice
  .conversation$(scriptedInput(3_000), { write: () => undefined })
  .pipe(ofType('bot.spoke'))
  .subscribe(({ text }) => console.log(text)); // Well, darn it. Let us try again.
