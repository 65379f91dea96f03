import { concat, concatMap, defer, from, ignoreElements, type Observable, of, timer } from 'rxjs';
import type { Connection } from '../loopback/connection.ts';
import { json, type ServerFrame } from '../loopback/frames.ts';
import type { Completion } from './completion.ts';
import type { ChatRequest, OpenaiLatencies } from './openaiOptions.ts';

/** A completion as events: the role, the deltas at their rate, the reason for its end, the usage, `[DONE]`. */
export function completionStream(
  { deltas, finishReason, usage }: Completion,
  { model, stream_options: wanted }: ChatRequest,
  { firstTokenMs, tokensPerSecond }: Required<OpenaiLatencies>,
  { requestId, fate, log }: Connection,
): Observable<ServerFrame> {
  const base = {
    id: `chatcmpl-${requestId}`,
    object: 'chat.completion.chunk',
    created: Math.floor(Date.now() / 1000),
    model,
    service_tier: 'default',
    system_fingerprint: null,
  };
  const usageField = wanted?.include_usage === true ? { usage: null } : {};
  const padding = wanted?.include_obfuscation === false ? {} : { obfuscation: 'k3J9x' };
  const chunk = (delta: object, finish_reason: string | null = null): ServerFrame =>
    json({
      ...base,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...usageField,
      ...padding,
    });
  const pings = fate.has('ping') ? [text('event: ping\ndata: {}\n\n')] : [];
  const tokenMs = tokensPerSecond > 0 ? 1000 / tokensPerSecond : 0;

  const startedAt = { ms: 0 };
  return concat(
    timer(firstTokenMs).pipe(ignoreElements()),
    defer(() => {
      startedAt.ms = performance.now();
      log({ type: 'sent', message: { type: 'first token' } });
      return of(chunk({ role: 'assistant', content: '', refusal: null }), text(': a comment\n\n'));
    }),
    from(deltas).pipe(
      concatMap((delta, index) => {
        const waitMs = startedAt.ms + index * tokenMs - performance.now();
        const frames = [chunk(delta), ...pings];
        return waitMs > 0 ? concat(timer(waitMs).pipe(ignoreElements()), frames) : frames;
      }),
    ),
    defer(() => {
      log({ type: 'sent', message: { type: 'last token' } });
      return of(
        chunk({}, finishReason),
        ...(wanted?.include_usage ? [json({ ...base, choices: [], usage, ...padding })] : []),
        ...(fate.has('no-done') ? [] : [text('data: [DONE]\n\n')]),
      );
    }),
  );
}

const text = (value: string): ServerFrame => ({ type: 'text', text: value });

/** A completion in one piece. */
export const wholeCompletion = (
  { finishReason, message, usage }: Completion,
  { model }: ChatRequest,
  { requestId }: Connection,
): object => ({
  id: `chatcmpl-${requestId}`,
  object: 'chat.completion',
  created: Math.floor(Date.now() / 1000),
  model,
  choices: [
    { index: 0, message: { ...message, annotations: [] }, logprobs: null, finish_reason: finishReason },
  ],
  usage,
  service_tier: 'default',
  system_fingerprint: null,
});
