import { connectable } from 'rxjs';
import { ofType, setup, turnMetrics } from 'rxvoice';
import { scriptedInput, scriptedStt, scriptedTts } from 'rxvoice/testing';

const voice = setup({
  stt: scriptedStt([{ from: 500, to: 2_000, text: 'What is seventeen times twenty three?' }]), // { engine: 'local' }
  llm: { engine: 'builtin' }, // { engine: 'openai', apiKey, model, systemPrompt }
  tts: scriptedTts(), // { engine: 'local' }
});

const call$ = connectable(voice.conversation$(scriptedInput(4_000), { write: () => undefined }));
call$
  .pipe(turnMetrics())
  .subscribe(({ turn, total }) => console.log(`turn ${turn}: answered after ${total} ms`));
call$.pipe(ofType('user.said', 'bot.spoke')).subscribe(({ type, text }) => console.log(type, text));
call$.connect(); // places the call, once all subscribers are there
