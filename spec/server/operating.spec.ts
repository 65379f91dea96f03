import { SpanStatusCode } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { from, throwError } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { RxvoiceError, setup } from '../../lib/index.ts';
import { logLines, type ServerEvent, type ServeOptions, traced } from '../../lib/server/index.ts';
import { scriptedLlm, scriptedStt, scriptedTts } from '../../lib/testing/index.ts';
import { TestClient } from './client.ts';
import { type Serving, serving } from './serving.ts';

const secret = 'Mellon';

describe('operating a server', () => {
  let server: Serving;
  afterEach(() => server.stop());

  /** A call with two turns, of which the second fails, and its events. */
  const call = async (options: Partial<ServeOptions> = {}): Promise<readonly ServerEvent[]> => {
    let asked = 0;
    const answer = scriptedLlm(`Say ${secret}, friend, and enter.`, { firstTokenMs: 5, tokenMs: 1 });
    const voice = setup({
      stt: scriptedStt([
        { from: 100, to: 500, text: `The word is ${secret}.` },
        { from: 1_000, to: 1_400, text: 'Again.' },
      ]),
      llm: request =>
        (asked += 1) === 1
          ? answer(request)
          : throwError(() => new RxvoiceError('The service is overloaded.', { stage: 'llm', cause: secret })),
      tts: scriptedTts({ firstAudioMs: 5, msPerCharacter: 5 }),
    });
    server = await serving({ call: () => voice, ...options });
    const client = await new TestClient(`${server.url}/call`).opened();
    await client.hello();
    await client.event('call.ready');
    client.speak(900);
    await client.event('bot.spoke');
    client.speak(1_000);
    await client.event('turn.failed');
    client.say({ type: 'hangup' });
    await server.next('ended');
    return server.events;
  };

  it('should give Prometheus what it asks for', async () => {
    await call();
    const response = await fetch(`${server.url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    for (const line of [
      'rxvoice_calls 0',
      'rxvoice_calls_total{transport="web"} 1',
      'rxvoice_calls_ended_total{transport="web",code="1000"} 1',
      'rxvoice_turns_total{outcome="spoken"} 1',
      'rxvoice_turns_total{outcome="failed"} 1',
      'rxvoice_turn_failures_total{stage="llm"} 1',
      'rxvoice_turn_seconds_count{figure="total"} 1',
      'rxvoice_turn_seconds_count{figure="endpointing"} 2',
      'rxvoice_call_seconds_count{transport="web"} 1',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).not.toContain(secret);
  });

  it('should log what happened, and nothing that was said', async () => {
    const events = await call();
    const lines: string[] = [];
    from(events)
      .pipe(logLines())
      .subscribe(line => lines.push(line));
    const entries = lines.map(line => JSON.parse(line) as Record<string, unknown>);
    expect(entries.map(({ message }) => message)).toEqual([
      'call placed',
      'turn',
      'turn failed',
      'turn',
      'call ended',
    ]);
    expect(entries[1]).toMatchObject({ level: 'info', turn: 1, outcome: 'spoken' });
    expect(entries[2]).toMatchObject({ level: 'error', stage: 'llm', cause: 'The service is overloaded.' });
    expect(entries[4]).toMatchObject({ code: 1000, transport: 'web' });
    expect(new Set(entries.map(({ call }) => call)).size).toBe(1);
    expect(lines.join()).not.toContain(secret);
    expect(lines.join()).not.toContain('friend');
  });

  it('should log where a call that can not be set up was thrown, and not what was', async () => {
    server = await serving({
      call: () => {
        throw new TypeError(`${secret} is no function\n    at ${secret}`);
      },
    });
    const lines: string[] = [];
    server.event$.pipe(logLines()).subscribe(line => lines.push(line));
    const client = await new TestClient(`${server.url}/call`).opened();
    client.say({ type: 'hello' });
    await client.closed;
    const { message, cause } = JSON.parse(lines.at(-1)!) as Record<string, unknown>;
    expect(message).toBe('call ended');
    expect(cause).toMatch(/^TypeError at .*operating\.spec\.ts/u);
    expect(lines.join()).not.toContain(secret);
  });

  it('should trace a call, its turns, and what they were made of', async () => {
    const events = await call();
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    from(events)
      .pipe(traced(provider.getTracer('spec')))
      .subscribe();
    const spans = exporter.getFinishedSpans();
    const named = (name: string): ReadableSpan[] => spans.filter(span => span.name === name);
    const [root] = named('call');
    expect(root!.attributes).toMatchObject({ 'rxvoice.transport': 'web', 'rxvoice.code': 1000 });
    const [first, second] = named('turn');
    expect([first, second].map(turn => turn!.parentSpanContext?.spanId)).toEqual(
      Array(2).fill(root!.spanContext().spanId),
    );
    expect(first!.attributes).toMatchObject({ 'rxvoice.turn': 1, 'rxvoice.outcome': 'spoken' });
    const figures = ['endpointing', 'llm', 'sentence', 'tts', 'output'].map(
      figure => first!.attributes[`rxvoice.${figure}`] as number,
    );
    expect(figures.reduce((sum, ms) => sum + ms)).toBeCloseTo(
      first!.attributes['rxvoice.total'] as number,
      6,
    );
    expect(second!.status.code).toBe(SpanStatusCode.ERROR);
    const parts = (turn: ReadableSpan): string[] =>
      spans
        .filter(span => span.parentSpanContext?.spanId === turn.spanContext().spanId)
        .map(({ name }) => name)
        .sort();
    expect(parts(first!)).toEqual(['llm', 'stt', 'tts']);
    expect(parts(second!)).toEqual(['llm', 'stt']);
    expect(JSON.stringify(spans.map(({ attributes, events }) => [attributes, events]))).not.toContain(secret);
  });
});
