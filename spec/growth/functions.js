// Every function that takes text from outside (users, models, services, clients, configuration), for the growth fuzzer.
// Add each new function of this kind here: its name, and a call of it with a text of any length.
import { from, map, of } from 'rxjs';

/** @typedef {import('./growth.js').GrowthFunction} GrowthFunction */
/** @typedef {import('../../lib/llm/message.ts').Message} Message */

/** A text in tokens of up to four characters. @type {(text: string) => string[]} */
const tokens = text => text.match(/.{1,4}/gsu) ?? [];

/** A text as a conversation. @type {(text: string) => Message[]} */
const messages = text =>
  (text.match(/.{1,20}/gsu) ?? []).map((content, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content,
  }));

/** A text as chunks of a chat completion, which ends whole. @type {(text: string) => object[]} */
const chunks = text => [
  ...tokens(text).map(content => ({ choices: [{ delta: { content } }] })),
  { choices: [{ delta: {}, finish_reason: 'stop' }] },
];

/** Subscribes, which is all it takes where nothing waits. @type {(observable: import('rxjs').Observable<unknown>) => void} */
const run = observable => void observable.subscribe({ error: () => undefined });

/** A text as packets of a network. @type {(text: string) => Uint8Array[]} */
const packets = text => {
  const bytes = new TextEncoder().encode(text);
  return Array.from({ length: Math.ceil(bytes.length / 64) }, (_, index) =>
    bytes.subarray(index * 64, (index + 1) * 64),
  );
};

/**
 * The list. `load` imports a module of `lib` or `cli` by its path without an ending; the two are the same but for types.
 *
 * @param {(path: string) => Promise<any>} load
 * @returns {Promise<Record<string, GrowthFunction>>}
 */
export async function growthFunctions(load) {
  const { sentences } = await load('lib/llm/sentences');
  const { speakable, toSpeakable } = await load('lib/tts/speakable');
  const { splitText } = await load('lib/tts/splitText');
  const { SpeechLedger } = await load('lib/tts/speechLedger');
  const { wordsUntil, wordsWithin } = await load('lib/tts/wordsWithin');
  const { pronounceable } = await load('lib/providers/local/pronounceable');
  const { clauses } = await load('lib/providers/local/clauses');
  const { withoutLoops } = await load('lib/providers/local/withoutLoops');
  const { answer } = await load('lib/providers/builtin/answer');
  const { calculate } = await load('lib/providers/builtin/arithmetic');
  const { compacting, trimmed } = await load('lib/conversation/context');
  const { remember } = await load('lib/conversation/history');
  const { interruption } = await load('lib/conversation/interruption');
  const { completeness } = await load('lib/stt/completeness');
  const { endOfTurn } = await load('lib/stt/endOfTurn');
  const { userTurns } = await load('lib/stt/userTurns');
  const { joinedText } = await load('lib/stt/joinedText');
  const { afterUnits, aligned, countWords, normalised, retold } = await load('lib/stt/sameWords');
  const { folded } = await load('lib/languages/folded');
  const { unitsOf } = await load('lib/languages/units');
  const { wordSpans } = await load('lib/languages/words');
  const phrases = await load('lib/languages/phrases');
  const { wordsOf } = await load('lib/languages/wordsOf');
  const { endsWithPhrase } = await load('lib/languages/endsWithPhrase');
  const { redaction } = await load('lib/tape/redaction');
  const { logLines } = await load('lib/server/logLines');
  const { clientMessageSchema } = await load('lib/protocol/protocol');
  const { parsed } = await load('lib/server/parsed');
  const { ResponseChain } = await load('lib/providers/openai/responseChain');
  const { responseChunks } = await load('lib/providers/openai/responseChunks');
  const { responseItems } = await load('lib/providers/openai/responseItems');
  const { serverEvents } = await load('lib/providers/openai/serverEvents');
  const { completionEvents } = await load('lib/providers/openai/completionEvents');
  const { strictOrder } = await load('lib/llm/strictOrder');
  const { isContextFull, shorter } = await load('lib/providers/openai/contextFull');
  const { argumentsOf } = await load('lib/providers/openai/toolArguments');
  const { thoughtsOver } = await load('lib/llm/thoughts');
  const { oneLine } = await load('lib/text/oneLine');
  const { printable } = await load('lib/text/printable');
  const { wrap } = await load('cli/view/wrap');
  const { transcript, unfinished } = await load('cli/view/transcript');

  /** @type {(text: string) => string[]} */
  const letters = text => unitsOf(text).map((/** @type {{ letters: string }} */ unit) => unit.letters);
  const now = new Date(0);
  const endings = ['a', '想', '요', 'って'];
  const list = ['uh huh', 'no', '停', 'うん', 'a', '-x'];
  /** @type {(text: string) => object} */
  const bot = text => ({ doing: 'speaking', sentence: text, text, protectedMs: 0, warmingUp: true });
  /** @type {(text: string, last: string) => object[]} */
  const transcripts = (text, last) => [
    ...(text.match(/.{1,20}/gsu) ?? []).map((text, index) => ({ type: 'final', text, end: index })),
    { type: last, text, end: text.length },
  ];
  /** A reply as sentences, heard but for the last of them. @type {(text: string) => any} */
  const ledger = text => {
    const ledger = new SpeechLedger();
    for (const sentence of text.match(/.{1,20}/gsu) ?? []) {
      ledger.begin(sentence);
      const frame = { pcm: new Int16Array(160), sampleRate: 16_000 };
      ledger.playhead.hand(10, 0);
      ledger.receive(frame);
      ledger.receivedAll();
      ledger.hand(frame);
      ledger.handedAll();
    }
    ledger.report({ playedMs: Math.max(0, ledger.playhead.handedMs - 15) });
    return ledger;
  };

  return {
    'sentences, whole': text => run(from([text]).pipe(sentences({ maxWaitMs: false }))),
    'sentences, by token': text => run(from(tokens(text)).pipe(sentences({ maxWaitMs: false }))),
    'sentences, by token, with stalls': text => run(from(tokens(text)).pipe(sentences())),
    'speakable, whole': text => toSpeakable(text),
    'speakable, by token': text => run(from(tokens(text)).pipe(speakable())),
    'speakable and sentences, by token': text => run(from(tokens(text)).pipe(speakable(), sentences())),
    splitText: text => splitText(text, 2000),
    pronounceable: text => pronounceable(text),
    clauses: text => clauses(text),
    withoutLoops: text => withoutLoops(text),
    'SpeechLedger: heard': text => ledger(text).heard,
    'SpeechLedger: sentence': text => ledger(text).sentence,
    'SpeechLedger: a long sentence': text => {
      const ledger = new SpeechLedger();
      ledger.begin('');
      for (const token of tokens(text)) ledger.write(token);
      return [ledger.text, ledger.sentence];
    },
    wordsWithin: text => wordsWithin(text, 0.9),
    wordsUntil: text =>
      wordsUntil(
        text,
        tokens(text).map((word, endMs) => ({ word, endMs })),
        text.length,
      ),

    'builtin responder, one message': text => answer([{ role: 'user', content: text }], now),
    'builtin responder, history': text =>
      answer([...messages(text), { role: 'user', content: 'go on' }], now),
    'builtin responder, "Please continue."': text =>
      answer(
        Array.from({ length: text.length / 50 }, () => ({ role: 'user', content: 'Please continue.' })),
        now,
      ),
    'builtin responder, sums': text => calculate(text.slice(0, 1000)),
    trimmed: text => trimmed(messages(text), { maxMessages: 5, maxCharacters: 100 }),
    'trimmed, the half': text => trimmed(messages(text), { maxCharacters: text.length / 2 }),
    'trimmed, no user': text =>
      trimmed(
        messages(text).map(message => ({ ...message, role: 'assistant' })),
        { maxMessages: 3 },
      ),
    remember: text => remember(messages(text), { type: 'user.said', turn: 1, text, silenceMs: 0 }),
    'remember, one message in pieces': text =>
      tokens(text).reduce(
        (history, text) => remember(history, { type: 'user.said', turn: 1, text, silenceMs: 0 }),
        /** @type {readonly Message[]} */ ([]),
      ),
    'remember, results of tools': text =>
      tokens(text.slice(0, 4_000)).reduce(
        (history, content, index) =>
          remember(history, { type: 'bot.toolResult', turn: 1, id: String(index), name: 'look', content }),
        /** @type {readonly Message[]} */ ([]),
      ),
    compacting: text =>
      run(compacting(() => from(tokens(text).map(text => ({ type: 'token', text }))))(messages(text))),

    completeness: text => completeness({ text }),
    'completeness, Thai': text => completeness({ text }, 'th'),
    interruption: text => interruption(text, bot('Hello.'), { minWords: 3 }),
    'interruption, an echo': text => interruption(text, bot(text)),
    'interruption, Chinese': text => interruption(text, bot('你好。'), { language: 'zh', minWords: 3 }),
    normalised: text => normalised(text),
    countWords: text => countWords(text),
    joinedText: text => joinedText(tokens(text)),
    retold: text => retold(letters(text), letters(`${text} x`)),
    aligned: text => aligned(letters(text).slice(0, 200), letters(`${text} x`)),
    afterUnits: text => {
      const units = unitsOf(`a ${text}`);
      return [1, units.length - 1].map(count => afterUnits(`a ${text}`, units, count));
    },
    wordSpans: text => wordSpans(text),
    unitsOf: text => unitsOf(text),
    folded: text => folded(text),
    wordsOf: text => wordsOf(text),
    hasPhrase: text => phrases.hasPhrase(text, list),
    'hasPhrase, with endings': text => phrases.hasPhrase(text, list, endings),
    isMadeOf: text => phrases.isMadeOf(text, list),
    'isMadeOf, with endings': text => phrases.isMadeOf(text, list, endings),
    isPartOf: text => phrases.isPartOf(`${text.slice(0, text.length / 2)}x`, text),
    endsWithPhrase: text => endsWithPhrase(text, list),
    'userTurns, many turns': text =>
      from(transcripts(text, 'interim'))
        .pipe(userTurns({ maxWords: 20 }))
        .subscribe()
        .unsubscribe(),
    'userTurns, one turn': text =>
      from(transcripts(text, 'utteranceEnd')).pipe(userTurns()).subscribe().unsubscribe(),
    'endOfTurn, one turn of interims and finals': text => {
      const spoken = transcripts(text, 'utteranceEnd').flatMap(event => [
        { ...event, type: 'interim' },
        event,
      ]);
      const turn$ = from(spoken.slice(0, -2)).pipe(endOfTurn({}, { sinceMs: () => 0 }), userTurns());
      turn$.subscribe().unsubscribe();
    },
    'endOfTurn, many finals': text => {
      // The last turn waits for a timer, which is of no interest here.
      const turn$ = from(transcripts(text, 'utteranceEnd')).pipe(
        endOfTurn({}, { sinceMs: () => 0 }),
        userTurns(),
      );
      turn$.subscribe().unsubscribe();
    },

    redaction: text => redaction()(text),
    'redaction, by token': text => tokens(text).map(redaction()),
    'logLines, a warning': text =>
      run(
        of({ type: 'happened', call: 'a', event: { type: 'call.warning', message: text } }).pipe(logLines()),
      ),
    'logLines, a failure': text =>
      run(of({ type: 'ended', call: 'a', reason: 'error', cause: new Error(text) }).pipe(logLines())),
    'server: a message': text => clientMessageSchema.safeParse(parsed(text)),
    'server: hello with text': text =>
      clientMessageSchema.safeParse(
        parsed(JSON.stringify({ type: 'hello', data: text, audio: tokens(text) })),
      ),
    'server: hello nested': text =>
      clientMessageSchema.safeParse(
        parsed(`{"type":"hello","data":${'['.repeat(text.length / 2)}${']'.repeat(text.length / 2)}}`),
      ),
    'server-sent events, a body': text => run(from(packets(text)).pipe(serverEvents())),
    'server-sent events, a line': text => run(from(packets(`data: ${text}\n\n`)).pipe(serverEvents())),
    'server-sent events, many': text =>
      run(
        from(
          packets(
            tokens(text)
              .map(token => `data: ${token}\n\n`)
              .join(''),
          ),
        ).pipe(serverEvents()),
      ),
    'thoughtsOver, by token': text =>
      run(from(tokens(text).map(text => ({ type: 'token', text }))).pipe(thoughtsOver())),
    'completionEvents, by token': text => run(from(chunks(text)).pipe(completionEvents())),
    'completionEvents, held back': text =>
      run(from(chunks(text)).pipe(completionEvents({ thoughts: { expected: true } }))),
    strictOrder: text => strictOrder(messages(text)),
    'strictOrder, one role': text => strictOrder(messages(text).map(each => ({ ...each, role: 'user' }))),
    'strictOrder, tools': text =>
      strictOrder(
        tokens(text.slice(0, text.length / 4)).flatMap((name, index) => [
          {
            role: 'assistant',
            content: '',
            toolCalls: [{ id: String(index), name, arguments: '{}' }],
          },
          { role: 'tool', content: 'ok', toolCallId: String(index) },
        ]),
      ),
    shorter: text => shorter(messages(text)),
    isContextFull: text => isContextFull({ status: 400, message: text }),
    argumentsOf: text => [argumentsOf(text), argumentsOf(JSON.stringify(text)), argumentsOf(`{${text}`)],
    'responses: the longest true prefix': text => {
      const chain = new ResponseChain(16);
      const history = messages(text);
      for (const length of [history.length, history.length - 1])
        chain.add(`r${length}`, history.slice(0, length));
      return chain.find([...history, { role: 'user', content: 'go on' }]);
    },
    'responses: one long message': text =>
      new ResponseChain(16).add('r', [{ role: 'assistant', content: text }]),
    'responses: input items': text => responseItems(messages(text), { from: 'x', attached: true }),
    'responses: events, many': text =>
      run(
        from(tokens(text)).pipe(
          map(delta => ({ type: 'response.output_text.delta', output_index: 0, item_id: 'a', delta })),
          responseChunks({ refused: () => new Error('refused') }),
        ),
      ),
    oneLine: text => oneLine(text, Infinity),
    printable: text => printable(text),
    'terminal: wrap': text => wrap(text, 80),
    'terminal: a transcript': text => transcript({ type: 'user.said', turn: 1, text, silenceMs: 0 }, 80),
    'terminal: a reply cut': text =>
      transcript(
        { type: 'bot.interrupted', turn: 1, text, heard: text.slice(0, text.length / 2), audioMs: 1 },
        80,
      ),
    'terminal: an unfinished reply': text => unfinished(text, 10, 80),
  };
}
