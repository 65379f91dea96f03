import { take, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { builtinLlm } from '../../../lib/providers/builtin/builtinLlm.ts';
import type { LlmEvent, Message } from '../../../lib/llm/message.ts';
import { virtualTime } from '../../../lib/testing/virtualTime.ts';

const sum: readonly Message[] = [
  { role: 'system', content: 'You are a bot.' },
  { role: 'user', content: 'What is two plus two?' },
];

/** Values emitted synchronously on subscription. */
function now(source$: Observable<LlmEvent>): LlmEvent[] {
  const events: LlmEvent[] = [];
  source$.subscribe(event => events.push(event)).unsubscribe();
  return events;
}

describe('builtinLlm', () => {
  it('should write a word at a time, at the pace of a model, and count the words', () => {
    const { values, completedAt } = virtualTime(() => builtinLlm()(sum));
    expect(values).toEqual([
      { at: 120, value: { type: 'token', text: 'Two' } },
      { at: 140, value: { type: 'token', text: ' plus' } },
      { at: 160, value: { type: 'token', text: ' two' } },
      { at: 180, value: { type: 'token', text: ' is' } },
      { at: 200, value: { type: 'token', text: ' four.' } },
      { at: 200, value: { type: 'usage', promptTokens: 9, completionTokens: 5 } },
    ]);
    expect(completedAt).toBe(200);
  });

  it('should write at the configured rate', () => {
    const { values } = virtualTime(() => builtinLlm({ firstTokenMs: 0, tokensPerSecond: 10 })(sum));
    expect(values.map(({ at }) => at)).toEqual([0, 100, 200, 300, 400, 400]);
  });

  it('should write all of it at once without a rate', () => {
    const { values } = virtualTime(() => builtinLlm({ firstTokenMs: 50, tokensPerSecond: 0 })(sum));
    expect(values.map(({ at }) => at)).toEqual([50, 50, 50, 50, 50, 50]);
  });

  it('should answer synchronously when it need not wait, and stop when enough was taken', () => {
    const llm = builtinLlm({ firstTokenMs: 0, tokensPerSecond: 0 });
    expect(now(llm(sum))).toHaveLength(6);
    expect(now(llm(sum).pipe(take(2)))).toHaveLength(2);
  });

  it('should stop when unsubscribed', () => {
    const { values, completedAt } = virtualTime(() => builtinLlm()(sum), { until: 150 });
    expect(values).toHaveLength(2);
    expect(completedAt).toBeUndefined();
  });

  it('should be cold, and keep nothing between answers', () => {
    const llm = builtinLlm({ firstTokenMs: 0, tokensPerSecond: 0 });
    const answer$ = llm(sum);
    expect(now(answer$)).toEqual(now(answer$));
  });

  it('should say the time of its clock', () => {
    const { values } = virtualTime(() => builtinLlm()([{ role: 'user', content: 'what year is it' }]));
    expect(values.map(({ value }) => (value.type === 'token' ? value.text : '')).join('')).toMatch(
      /nineteen (seventy|sixty-nine)/,
    );
  });
});
