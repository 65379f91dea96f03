// @ts-nocheck: plain JavaScript, which the bench runs without a build of its own
// Every function that takes text from outside (users, models, configuration), for the growth fuzzer. Whoever writes
// such a function adds it here: a name, and what it does with a text of any length. `lib` is `lib` or `dist/lib`.
import { from } from 'rxjs';

/** @type {(load: (path: string) => Promise<any>) => Promise<Record<string, (text: string) => unknown>>} */
export async function growthFunctions(load) {
  const { sentences } = await load('llm/sentences');
  const { speakable, toSpeakable } = await load('tts/speakable');
  const { splitText } = await load('tts/splitText');
  const { pronounceable } = await load('providers/local/pronounceable');
  const { clauses } = await load('providers/local/clauses');
  const { withoutLoops } = await load('providers/local/withoutLoops');
  const { answer } = await load('providers/builtin/answer');
  const { calculate } = await load('providers/builtin/arithmetic');
  const { trimmed } = await load('conversation/context');
  const completeness = await load('stt/completeness');
  const interruption = await load('conversation/interruption');
  const sameWords = await load('stt/sameWords');
  const now = new Date(0);
  const piped = (operator, text) =>
    from(text.match(/.{1,4}/gsu) ?? [])
      .pipe(operator)
      .subscribe();
  const turns = text => {
    const said = text.match(/.{1,20}/gsu) ?? [];
    return said.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
  };
  const functions = {
    'sentences, whole': text => from([text]).pipe(sentences()).subscribe(),
    'sentences, by token': text => piped(sentences(), text),
    'speakable, whole': text => toSpeakable(text),
    'speakable, by token': text => piped(speakable(), text),
    splitText: text => splitText(text, 2000),
    pronounceable: text => pronounceable(text),
    clauses: text => clauses(text),
    withoutLoops: text => withoutLoops(text),
    'builtin responder, one message': text => answer([{ role: 'user', content: text }], now),
    'builtin responder, history': text => answer([...turns(text), { role: 'user', content: 'go on' }], now),
    'builtin responder, "continue"': text =>
      answer(
        Array.from({ length: text.length / 50 }, () => ({ role: 'user', content: 'Please continue.' })),
        now,
      ),
    'builtin responder, sums': text => calculate(text.slice(0, 1000)),
    trimmed: text => trimmed(turns(text), { maxMessages: 5, maxCharacters: 100 }),
    'trimmed, the half': text => trimmed(turns(text), { maxCharacters: text.length / 2 }),
  };
  const one = (module, name, call) => {
    const made = module[name];
    if (typeof made === 'function') functions[name] = text => call(made, text);
  };
  one(completeness, 'completeness', (f, text) => f({ text }));
  one(sameWords, 'saysAnything', (f, text) => f(text));
  one(sameWords, 'wordsOf', (f, text) => f(text));
  one(sameWords, 'normalised', (f, text) => f(text));
  one(sameWords, 'after', (f, text) => f(['one', 'two'], text));
  one(interruption, 'interruption', (f, text) =>
    f(text, { doing: 'speaking', sentence: text.slice(0, 300), text, protectedMs: 0, warmingUp: true }),
  );
  return functions;
}
