import { range, map, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { RxvoiceError } from '../../../lib/errors.ts';
import type { LlmEvent } from '../../../lib/llm/message.ts';
import { type CompletionChunk, completionEvents } from '../../../lib/providers/openai/completionEvents.ts';

const run: TestScheduler['run'] = callback =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(callback);

const chunks: Record<string, CompletionChunk> = {
  a: { choices: [{ delta: { content: 'a' }, finish_reason: null }], usage: null },
  b: { choices: [{ delta: { content: 'b' } }] },
  o: {},
  s: { choices: [{ delta: {}, finish_reason: 'stop' }] },
  u: { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } },
};
const events: Record<string, LlmEvent> = {
  a: { type: 'token', text: 'a' },
  b: { type: 'token', text: 'b' },
  u: { type: 'usage', promptTokens: 3, completionTokens: 2 },
};

describe('completionEvents', () => {
  it('should emit tokens as they come, and the usage at the end', () => {
    run(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot(' oa-b-s-u-|', chunks);
      const expected = '   -a-b-----(u|)';
      expectObservable(source$.pipe(completionEvents())).toBe(expected, events);
      expectSubscriptions(source$.subscriptions).toBe('^--------!');
    });
  });

  it('should do without a usage', () => {
    run(({ cold, expectObservable }) => {
      expectObservable(cold('a-s-|', chunks).pipe(completionEvents())).toBe('a---|', events);
    });
  });

  it('should not wait for a server that stays when the answer is whole', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const stays$ = cold('   a-s', chunks);
      expectObservable(stays$.pipe(completionEvents())).toBe('a- 500ms |', events);
      expectSubscriptions(stays$.subscriptions).toBe('^- 500ms !');
      const late$ = cold('   s 400ms a 400ms u', chunks);
      expectObservable(late$.pipe(completionEvents())).toBe('- 400ms a 900ms (u|)', events);
      const slow$ = cold('   a 9s s|', chunks);
      expectObservable(slow$.pipe(completionEvents())).toBe('a 9s -|', events);
    });
  });

  it('should take the texts of a content in parts, and nothing else of it', () => {
    run(({ cold, expectObservable }) => {
      const parts = [
        { type: 'thinking', text: 'hm' },
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
        { type: 'text' },
      ];
      const inParts = { p: { choices: [{ delta: { content: parts } }] }, n: chunks['s']! };
      const none = { choices: [{ delta: { content: [] } }] };
      expectObservable(cold('p-e-n|', { ...inParts, e: none }).pipe(completionEvents())).toBe('p----|', {
        p: { type: 'token', text: 'ab' },
      });
    });
  });

  it('should fail with a retryable error when the answer ends without a reason, or is empty', () => {
    run(({ cold, expectObservable }) => {
      const cut = new RxvoiceError(
        'The language model broke off in the middle of its answer (no finish_reason).',
        {
          stage: 'llm',
          retryable: true,
        },
      );
      expectObservable(cold('a-|', chunks).pipe(completionEvents())).toBe('a-#', events, cut);
      expectObservable(cold('|', chunks).pipe(completionEvents())).toBe('#', events, cut);
    });
  });

  it('should pass an error, unless the answer is whole already', () => {
    run(({ cold, expectObservable }) => {
      expectObservable(cold('a-#', chunks).pipe(completionEvents())).toBe('a-#', events);
      expectObservable(cold('as#', chunks).pipe(completionEvents())).toBe('a-|', events);
    });
  });

  it('should wait as long as the source does, and unsubscribe it when unsubscribed', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('a--b', chunks);
      expectObservable(source$.pipe(completionEvents()), '^-!').toBe('a--', events);
      expectSubscriptions(source$.subscriptions).toBe('^-!');
    });
  });

  it('should stop a synchronous source when enough was taken, and start afresh for each subscription', () => {
    run(({ expectObservable }) => {
      const event$ = range(1, Infinity).pipe(
        map(() => chunks['a']!),
        completionEvents(),
        take(2),
      );
      expectObservable(event$).toBe('(aa|)', events);
      expectObservable(event$).toBe('(aa|)', events);
    });
  });
});
