import { finalize, map, switchMap } from 'rxjs';
import { builtinLlm, type Message } from 'rxvoice';
import { localStt, localTts } from 'rxvoice/local';
import { wavInput, wavOutput } from 'rxvoice/node';
import { sentences, speak, SpeechLedger, utterances } from 'rxvoice/operators';

const llm = builtinLlm();
const tts = localTts();
const output = wavOutput('answer.wav'); // one file for all replies
const history: Message[] = [{ role: 'system', content: 'Be brief.' }];
const censor = map((sentence: string) => sentence.replaceAll(/\bdamn\b/gi, 'darn'));

wavInput('question.wav')
  .pipe(
    localStt(), // audio → transcripts
    utterances({ maxMs: 20_000 }), // transcripts → utterances, a message each
    switchMap(utterance => {
      const ledger = new SpeechLedger(); // records the heard part of the reply
      history.push(utterance);
      return llm([...history]).pipe(
        sentences(),
        censor,
        speak(tts, output, { ledger }),
        finalize(() => history.push({ role: 'assistant', content: ledger.heard })),
      );
    }),
  )
  .subscribe(event => console.log(event));
