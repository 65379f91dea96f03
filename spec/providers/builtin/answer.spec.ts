import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer } from '../../../lib/providers/builtin/answer.ts';
import type { Message } from '../../../lib/llm/message.ts';

/** Thursday, August 20, 2026, 15:42 where the machine is. */
const now = new Date(2026, 7, 20, 15, 42);

const user = (content: string): Message => ({ role: 'user', content });
const bot = (content: string): Message => ({ role: 'assistant', content });
const say = (...messages: Message[]): string => answer(messages, now);

/** The first words of a text. */
const first = (count: number, text: string): string => text.split(' ').slice(0, count).join(' ');

/** Answers of a conversation to each of its turns, all of them heard. */
const converse = (...turns: string[]): string[] => {
  const messages: Message[] = [];
  for (const turn of turns) {
    messages.push(user(turn));
    messages.push(bot(answer(messages, now)));
  }
  return messages.filter(({ role }) => role === 'assistant').map(({ content }) => content);
};

describe('answer', () => {
  it.each([
    ['Hello.', /^(Hello|Good afternoon)/],
    ['Goodbye.', /^Goodbye/],
    ['thank you very much', /welcome|Any time|pleasure/],
    ['How are you today?', /program|timers/],
    ['Can you hear me?', /hear you|Loud and clear/],
    ['who are you', /built-in responder/],
    ['Are you a language model?', /not a language model/],
    ['are you chat gpt', /not a language model/],
    ['Am I talking to a human?', /a program/],
    ['What can you do?', /time/],
    ['What is RX voice?', /voice bot/],
    ['what happens if I interrupt you', /I stop at once/],
    ['What time is it?', /^It's three forty-two in the afternoon\.$/],
    ['hey what time is it', /three forty-two/],
    ['whats the date today', /^Today is Thursday, August twentieth\.$/],
    ['What day is it tomorrow?', /^Tomorrow is Friday, August twenty-first\.$/],
    ['what year is it', /twenty twenty-six/],
    ['seventeen times twenty three', /^Seventeen times twenty-three is three hundred ninety-one\.$/],
    ['What is one divided by three?', /is about zero point three three three three\.$/],
    ['what is one divided by zero', /no answer/],
    ['How many feet are ten meters?', /^Ten meters is about thirty-three feet\.$/],
    ['Go forward ten meters.', /ten meters is about thirty-three feet/],
    ['could you open the window please', /open the window/],
    ['count to twelve', /Eleven\. Twelve\.$/],
    ['Tell me a joke.', /\w/],
    ['And so, my fellow Americans, ask not what your country can do for you.', /Kennedy/],
    ['What is the weather like?', /no way to find out|no connection/],
    ['What is the capital of France?', /don't know|beyond me|can't answer/],
    ['I am worried about my job.', /worried about your job/],
    ['I think that you do not like me', /I do not like you/],
    ['I really want to go home', /want/],
    ['My cat is ill', /your cat/],
    ['banana', /banana/],
  ])('should answer "%s"', (said, reply) => {
    expect(say(user(said))).toMatch(reply);
  });

  it.each(['', '   ', '...', 'um', 'Uh, hmm.', 'The'])('should ask back when it heard only "%s"', said => {
    expect(say(user(said))).toMatch(/\?$/);
  });

  it('should ask back when the user said nothing', () => {
    expect(say()).toMatch(/\?$/);
    expect(say({ role: 'system', content: 'You are a pirate.' })).toMatch(/\?$/);
  });

  it('should remember a name, however it was given, and the latest', () => {
    for (const said of [
      'My name is Sam.',
      'my name is sam',
      "I'm Sam.",
      'Hello, I am Sam and I am new here',
      "my name's sam",
    ])
      expect(converse(said, 'do you remember my name')[1]).toBe('Yes, your name is Sam.');
    expect(converse('I am Sam.', 'Call me Max.', 'What is my name?')[2]).toMatch(/Max/);
    expect(converse('I am Sam.', 'Hi', 'bye')).toEqual([
      expect.stringContaining('Sam'),
      expect.stringContaining('Sam'),
      expect.stringContaining('Sam'),
    ]);
  });

  it('should not take a mood for a name', () => {
    for (const said of ["I'm tired", 'my name is not important', 'this is great', 'call me later'])
      expect(converse(said, 'what is my name')[1]).toMatch(/haven't told/);
  });

  it('should recall what was said', () => {
    expect(converse('I like tea.', 'Hello', 'What did I say before?')[2]).toBe('You said: Hello.');
    expect(converse('I like tea.', 'Hello', 'what did i say first')[2]).toBe('You said: I like tea.');
    expect(say(user('what did I say before'))).toMatch(/first thing/);
  });

  it('should repeat itself, and in full when it was cut', () => {
    expect(say(user('repeat that'))).toMatch(/haven't said/);
    expect(converse('Hello.', 'What time is it?', 'Sorry?')[2]).toMatch(/three forty-two/);
    const question = user('Explain what you are measuring.');
    const whole = say(question);
    expect(say(question, bot(first(9, whole)), user('say that again'))).toBe(whole);
  });

  it('should explain what is measured at a length that can be interrupted', () => {
    const explanation = say(user('explain what youre measuring'));
    expect(explanation.match(/[.?!]/g)!.length).toBeGreaterThanOrEqual(5);
    for (const part of [
      'endpointing',
      'language model',
      'first sentence',
      'text to speech',
      'output',
      'total',
    ])
      expect(explanation).toContain(part);
  });

  describe('after an interruption', () => {
    const question = user('Explain what you are measuring.');
    const whole = say(question);
    const rest = /The first is endpointing.*/.exec(whole)![0];
    const cut = bot(first(22, whole)); // "… That time has five parts. The first"

    it.each(['go on', 'Continue.', 'Please go on with it', 'Keep talking!', 'yes, carry on'])(
      'should take up the sentence that was cut on "%s"',
      said => {
        expect(say(question, cut, user(said))).toBe(`Where was I? ${rest}`);
      },
    );

    it('should take it up also after another question, or a stop', () => {
      const time = user('What time is it?');
      expect(say(question, cut, time, bot(say(time)), user('go on'))).toBe(`Where was I? ${rest}`);
      const stopped = [question, cut, user('stop')];
      expect(say(...stopped, bot(say(...stopped)), user('go on'))).toBe(`Where was I? ${rest}`);
    });

    it('should go on again when going on was interrupted as well', () => {
      const resumed = [question, cut, user('go on'), bot('Where was I? The first is')];
      expect(say(...resumed, user('go on'))).toBe(`Where was I? ${rest}`);
    });

    it('should have nothing to add once all of it was heard', () => {
      const over = [question, cut, user('go on'), bot(`Where was I? ${rest}`), user('go on')];
      expect(say(...over)).toMatch(/finished|all of it/);
      expect(say(user('go on'))).toMatch(/finished|all of it/);
    });

    it('should recognise what was heard of it whatever became of case and punctuation', () => {
      const heard = bot(first(22, whole).toLowerCase().replace(/[.,]/g, '') + ' …');
      expect(say(question, heard, user('go on'))).toBe(`Where was I? ${rest}`);
    });

    it('should resume every cut so that all words are heard in the end', () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: whole.split(' ').length - 1 }), count => {
          const reply = say(question, bot(first(count, whole)), user('go on')).replace('Where was I? ', '');
          expect(whole.endsWith(reply)).toBe(true);
          expect(reply.split(' ').length).toBeGreaterThanOrEqual(whole.split(' ').length - count);
        }),
      );
    });
  });

  it('should answer the same to the same history', () => {
    const turns = ['Hello', 'joke', 'another joke', 'I am sad'];
    expect(converse(...turns)).toEqual(converse(...turns));
  });

  it('should vary what it says over the turns', () => {
    expect(new Set(converse('tell me a joke', 'tell me a joke', 'tell me a joke')).size).toBe(3);
  });

  it('should answer anything in plain sentences that can be spoken', () => {
    const said = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.lorem());
    fc.assert(
      fc.property(fc.array(said, { minLength: 1, maxLength: 4 }), turns => {
        for (const reply of converse(...turns)) {
          expect(reply).toMatch(/^\S.*[.?!]$/u);
          expect(reply).not.toMatch(/[*_#`[\]<>|~\n]|https?:/);
        }
      }),
    );
  });
});

describe('a long conversation', () => {
  /** How often messages are read: work that no clock has to measure. */
  const reads = (length: number, said: string): number => {
    let count = 0;
    const message = (index: number): Message => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      get content() {
        count += 1;
        return index % 2 === 0 ? said : 'Once upon';
      },
    });
    answer(
      Array.from({ length }, (_, index) => message(index)),
      now,
    );
    return count;
  };

  it.each(['Please continue.', 'go on', 'say that again', 'What is my name?', 'What did I say?', 'banana'])(
    'should be no more work than its length: %s',
    said => {
      // If each earlier answer were computed again, each with all answers before it, turn 24 would take 2^24 times as long.
      expect(reads(47, said)).toBeLessThan(47 * 50);
      // A history that is four times as long: no more than a few times the work.
      expect(reads(3_201, said)).toBeLessThan(5 * reads(801, said));
    },
  );

  it('should be taken up where it was cut, at turn 24 too', () => {
    const turns = Array.from({ length: 24 }, () => 'Please continue.');
    expect(converse(...turns)).toHaveLength(24);
    const story = say(user('Tell me a story.'));
    const before = turns.slice(1).flatMap(said => [user(said), bot('Okay.')]);
    expect(say(...before, user('Tell me a story.'), bot(first(3, story)), user('Please continue.'))).toMatch(
      /^Where was I\? /u,
    );
  });
});
