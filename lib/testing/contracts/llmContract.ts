import assert from 'node:assert/strict';
import { filter, firstValueFrom, lastValueFrom, type Observable, toArray } from 'rxjs';
import { sessionOf } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import type { Llm, LlmEvent, Message, ToolDescription } from '../../llm/message.ts';
import { type ContractOptions, settledTo, within } from './contractSuite.ts';

/** Options of the contract of language models. */
export interface LlmContractOptions extends ContractOptions<Llm> {
  /** The question. Default `What is two plus two?` */
  readonly question?: string;
  /** Text that the answer contains. Default: any words. */
  readonly words?: RegExp;
  /** For a model that can call tools: the question that makes it call `weather`, which takes a `city`. */
  readonly toolQuestion?: string;
}

const weather: ToolDescription = {
  name: 'weather',
  description: 'The weather of a city now.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/**
 * Tests for your own language model, of everything that an rxvoice conversation relies on: it answers in pieces and completes,
 * each subscription sends a request of its own, also several at once, and unsubscribing silences it.
 *
 * @example
 * import { describe, it } from 'vitest';
 * llmContract({ describe, it, name: 'my model', make: () => myLlm() });
 */
export function llmContract(options: LlmContractOptions): void {
  const { describe, it, name, make, open, broken, toolQuestion, timeoutMs = 20_000 } = options;
  const { question = 'What is two plus two?', words = /\w/u } = options;
  const asked: readonly Message[] = [
    { role: 'system', content: 'You are on the phone: answer in a sentence.' },
    { role: 'user', content: question },
  ];
  const check = (sentence: string, body: (llm: Llm) => Promise<void>): unknown =>
    it(
      sentence,
      async () => {
        await within(timeoutMs, body(sessionOf(await make())));
        assert.equal(await settledTo(0, open), 0, 'something is still open');
      },
      // The runner's own limit is no sooner than ours, which says more.
      timeoutMs + 3_000,
    );

  describe(`${name}, as a language model`, () => {
    check('should answer in pieces, and complete', async llm => {
      const events = await all(llm(asked));
      assert.match(textOf(events), words);
      for (const event of events)
        if (event.type === 'token') assert.notEqual(event.text, '', 'an empty piece');
    });

    check('should emit the usage of an answer at most once, after it', async llm => {
      const events = await all(llm(asked));
      const costs = events.filter(({ type }) => type === 'usage');
      assert.ok(costs.length <= 1);
      if (costs.length === 1) assert.equal(events.at(-1)?.type, 'usage');
    });

    check('should send a request on each subscription, and none before', async llm => {
      const answer$ = llm(asked);
      if (open) assert.equal(open(), 0, 'it asked before it was subscribed');
      assert.match(textOf(await all(answer$)), words);
      assert.match(textOf(await all(answer$)), words);
    });

    check('should leave the messages as they are', async llm => {
      const messages = Object.freeze(asked.map(message => Object.freeze({ ...message })));
      assert.match(textOf(await all(llm(messages))), words);
    });

    check('should answer several at once, each for itself', async llm => {
      const answers = await Promise.all([all(llm(asked)), all(llm(asked)), all(llm(asked))]);
      for (const events of answers) assert.match(textOf(events), words);
    });

    check('should fall silent when it is unsubscribed', async llm => {
      const late: LlmEvent[] = [];
      let isOver = false;
      await new Promise<void>((resolve, reject) => {
        const subscription = llm(asked).subscribe({
          next: event => {
            if (isOver) late.push(event);
            queueMicrotask(() => {
              subscription.unsubscribe();
              isOver = true;
              resolve();
            });
          },
          error: reject,
        });
      });
      assert.equal(await settledTo(0, open), 0, 'the request goes on');
      assert.deepEqual(late, [], 'it went on answering');
    });

    check('should bear being unsubscribed at once', async llm => {
      llm(asked)
        .subscribe({ error: () => undefined })
        .unsubscribe();
      assert.match(textOf(await all(llm(asked))), words);
    });

    check('should take a history with answers, and with tools that were called', async llm => {
      const events = await all(
        llm([
          { role: 'user', content: 'How is Oslo?' },
          { role: 'assistant', content: '', toolCalls: [{ id: 'a1', name: 'weather', arguments: '{}' }] },
          { role: 'tool', content: 'It is raining.', toolCallId: 'a1' },
          { role: 'assistant', content: 'It rains.' },
          { role: 'user', content: question },
        ]),
      );
      assert.match(textOf(events), /\w/u);
    });

    check('should answer in words where it is given tools but must not call them', async llm => {
      const events = await all(llm(asked, { tools: [weather], toolChoice: 'none' }));
      assert.ok(events.every(({ type }) => type !== 'toolCall'));
      assert.match(textOf(events), /\w/u);
    });

    if (toolQuestion !== undefined)
      check('should call a tool, and answer with its result', async llm => {
        const user: Message = { role: 'user', content: toolQuestion };
        const calls = (await all(llm([user], { tools: [weather] }))).flatMap(event =>
          event.type === 'toolCall' ? [event] : [],
        );
        assert.ok(calls.length > 0, 'it called nothing');
        assert.ok(calls.every(call => call.name === 'weather' && call.id !== ''));
        for (const call of calls) assert.equal(typeof JSON.parse(call.arguments), 'object');
        const called: Message = {
          role: 'assistant',
          content: '',
          toolCalls: calls.map(({ type, ...call }) => call),
        };
        const results = calls.map(({ id }): Message => ({ role: 'tool', content: 'Sunny.', toolCallId: id }));
        assert.match(textOf(await all(llm([user, called, ...results], { tools: [weather] }))), /\w/u);
      });

    check('should be warm before it is needed, where it can be', async llm => {
      if (llm.warm$ === undefined) return;
      const held = llm.warm$.subscribe();
      await firstValueFrom(llm.warm$.pipe(filter(({ progress }) => progress >= 1)), {
        defaultValue: undefined,
      });
      const events = await all(llm(asked));
      held.unsubscribe();
      assert.match(textOf(events), words);
    });

    if (broken)
      it(
        'should fail with an error that names the stage when its service can not be reached',
        async () => {
          await assert.rejects(all(sessionOf(broken())(asked)), error => {
            assert.ok(RxvoiceError.is(error), 'it is an RxvoiceError');
            assert.equal(error.stage, 'llm');
            return true;
          });
        },
        timeoutMs,
      );
  });
}

const all = (event$: Observable<LlmEvent>): Promise<LlmEvent[]> =>
  lastValueFrom(event$.pipe(toArray()), { defaultValue: [] });
const textOf = (events: readonly LlmEvent[]): string =>
  events.map(event => (event.type === 'token' ? event.text : '')).join('');
