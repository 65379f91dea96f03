import { type Attributes, context, type Span, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { asyncScheduler, defer, finalize, type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { ConversationEvent } from '../conversation/events.ts';
import { figures } from '../metrics/summary.ts';
import type { TurnMetrics } from '../metrics/turnMetrics.ts';
import type { ServerEvent } from './serverEvents.ts';

/**
 * Traces the events that pass, through `@opentelemetry/api`: a span for each call, in it one for each turn, in that `stt`, `llm`
 * and `tts`, with the figures as attributes (`rxvoice.total`, …, ms). Spans contain no speech. Without an
 * OpenTelemetry SDK that is set up it costs next to nothing.
 *
 * @example
 * server.event$.pipe(traced()).subscribe();
 */
export const traced =
  (tracer: Tracer = trace.getTracer('rxvoice')): MonoTypeOperatorFunction<ServerEvent> =>
  event$ =>
    defer(() => {
      const calls = new Map<string, TracedCall>();
      return event$.pipe(
        tap(event => {
          if (event.type === 'placed') calls.set(event.call, new TracedCall(tracer, event));
          if (event.type === 'happened') calls.get(event.call)?.happened(event.event);
          if (event.type === 'measured') calls.get(event.call)?.measured(event.turn);
          if (event.type !== 'ended') return;
          calls.get(event.call)?.end(event);
          calls.delete(event.call);
        }),
        finalize(() => calls.forEach(call => call.end())),
      );
    });

/** The spans of one call. */
class TracedCall {
  readonly #tracer: Tracer;
  readonly #call: Span;
  #turn: Span | undefined;
  readonly #stages = new Map<'llm' | 'tts', Span>();

  constructor(tracer: Tracer, { call, transport }: Extract<ServerEvent, { readonly type: 'placed' }>) {
    this.#tracer = tracer;
    this.#call = tracer.startSpan('call', {
      attributes: { 'rxvoice.call': call, 'rxvoice.transport': transport },
    });
  }

  happened(event: ConversationEvent): void {
    const now = asyncScheduler.now();
    switch (event.type) {
      case 'user.said':
        this.#turn = this.#start('turn', this.#call, now - event.silenceMs, { 'rxvoice.turn': event.turn });
        // Listening ends the turn's silence: the time it takes to be sure that the user stopped.
        this.#start('stt', this.#turn, now - event.silenceMs).end(now);
        this.#stages.set('llm', this.#start('llm', this.#turn, now));
        return;
      case 'bot.answered':
        return this.#end('llm', {
          ...(event.promptTokens !== undefined && { 'gen_ai.usage.input_tokens': event.promptTokens }),
          ...(event.completionTokens !== undefined && {
            'gen_ai.usage.output_tokens': event.completionTokens,
          }),
        });
      case 'bot.writing':
      case 'bot.sentence':
        if (this.#turn && !this.#stages.has('tts'))
          this.#stages.set('tts', this.#start('tts', this.#turn, now));
        return;
      case 'turn.failed':
        this.#turn?.setStatus({ code: SpanStatusCode.ERROR, message: `The ${event.stage} stage failed.` });
        return;
      case 'call.warning':
        this.#call.addEvent('warning', { 'rxvoice.stage': event.stage });
    }
  }

  measured(turn: TurnMetrics): void {
    this.#end('llm');
    this.#end('tts', { 'rxvoice.characters': turn.usage.ttsCharacters });
    this.#turn?.setAttributes({ 'rxvoice.outcome': turn.outcome, ...figuresOf(turn) });
    this.#turn?.end();
    this.#turn = undefined;
  }

  end(event?: Extract<ServerEvent, { readonly type: 'ended' }>): void {
    this.#end('llm');
    this.#end('tts');
    this.#turn?.end();
    if (event) this.#call.setAttributes({ 'rxvoice.code': event.code });
    if (event && event.code >= 4000)
      this.#call.setStatus({ code: SpanStatusCode.ERROR, message: event.reason });
    this.#call.end();
  }

  #start(name: string, parent: Span, startTime: number, attributes: Attributes = {}): Span {
    return this.#tracer.startSpan(name, { startTime, attributes }, trace.setSpan(context.active(), parent));
  }

  #end(stage: 'llm' | 'tts', attributes: Attributes = {}): void {
    this.#stages.get(stage)?.setAttributes(attributes).end();
    this.#stages.delete(stage);
  }
}

const figuresOf = (turn: TurnMetrics): Attributes =>
  Object.fromEntries(
    figures.flatMap(figure => {
      const ms = turn[figure];
      return ms === undefined ? [] : [[`rxvoice.${figure}`, ms]];
    }),
  );
