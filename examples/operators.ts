import { map, switchMap } from 'rxjs';
import { builtinLlm, type Message } from 'rxvoice';
import { wavInput, wavOutput } from 'rxvoice/node';
import { sentences, speak, utterances } from 'rxvoice/operators';
import { localStt, localTts } from 'rxvoice/local';

const llm = builtinLlm();
const tts = localTts();
const history: Message[] = [{ role: 'system', content: 'Be brief.' }];
const censor = map((sentence: string) => sentence.replaceAll(/\bdamn\b/gi, 'darn'));

wavInput('question.wav')
  .pipe(
    localStt(), // audio → transcripts
    utterances({ maxMs: 20_000 }), // transcripts → what was said, a message each
    switchMap(utterance =>
      llm([...history, utterance]).pipe(sentences(), censor, speak(tts, wavOutput('answer.wav'))),
    ),
  )
  .subscribe(event => console.log(event));
