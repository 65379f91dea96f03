import type { ServerResponse } from 'node:http';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { from } from 'rxjs';
import { figures } from '../metrics/summary.ts';
import type { Calls } from './calls.ts';
import type { ServerEvent } from './serverEvents.ts';

/** Bounds of the latency histograms, seconds. */
const bounds = [0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10];

/** The figures of a server in the form Prometheus collects, all named `rxvoice_…`; in a registry of its own. */
export class Prometheus {
  readonly #registry = new Registry();
  readonly #placed = this.#counter('calls_total', 'Calls placed', ['transport']);
  readonly #ended = this.#counter('calls_ended_total', 'Calls over, by close code', ['transport', 'code']);
  readonly #refused = this.#counter('refused_total', 'Connections refused, by close code', ['code']);
  readonly #detached = this.#counter('detached_total', 'Connections lost during a call');
  readonly #resumed = this.#counter('resumed_total', 'Calls that went on over a new connection');
  readonly #dropped = this.#counter('dropped_messages_total', 'Messages slow readers did without');
  readonly #turns = this.#counter('turns_total', 'Turns, by how they ended', ['outcome']);
  readonly #failures = this.#counter('turn_failures_total', 'Turns that failed, by stage', ['stage']);
  readonly #warnings = this.#counter('warnings_total', 'Warnings, by stage', ['stage']);
  readonly #characters = this.#counter('tts_characters_total', 'Characters given to text-to-speech');
  readonly #tokens = this.#counter('llm_tokens_total', 'Tokens of the model, as it counts them', ['kind']);
  readonly #latency = this.#register(
    new Histogram({
      name: 'rxvoice_turn_seconds',
      help: 'The figures of turns: total is the sum of endpointing, llm, sentence, tts and output',
      labelNames: ['figure'],
      buckets: bounds,
      registers: [],
    }),
  );
  readonly #length = this.#register(
    new Histogram({
      name: 'rxvoice_call_seconds',
      help: 'How long calls last',
      labelNames: ['transport'],
      buckets: [1, 10, 30, 60, 120, 300, 600, 1800, 3600],
      registers: [],
    }),
  );

  constructor(calls: Calls) {
    this.#register(
      new Gauge({
        name: 'rxvoice_calls',
        help: 'Calls running',
        registers: [],
        collect() {
          this.set(calls.count);
        },
      }),
    );
    calls.event$.subscribe(event => this.#see(event));
  }

  /** Answers a scrape. */
  answer(response: ServerResponse): void {
    from(this.#registry.metrics()).subscribe({
      next: body => response.writeHead(200, { 'content-type': this.#registry.contentType }).end(body),
      error: () => response.writeHead(500).end(),
    });
  }

  #see(event: ServerEvent): void {
    switch (event.type) {
      case 'placed':
        return this.#placed.inc({ transport: event.transport });
      case 'ended':
        this.#ended.inc({ transport: event.transport, code: event.code });
        return this.#length.observe({ transport: event.transport }, event.lastedMs / 1000);
      case 'refused':
        return this.#refused.inc({ code: event.code });
      case 'detached':
        return this.#detached.inc();
      case 'resumed':
        return this.#resumed.inc();
      case 'dropped':
        return this.#dropped.inc(event.messages);
      case 'happened':
        if (event.event.type === 'turn.failed') this.#failures.inc({ stage: event.event.stage });
        if (event.event.type === 'call.warning') this.#warnings.inc({ stage: event.event.stage });
        return;
      case 'measured': {
        const { turn } = event;
        this.#turns.inc({ outcome: turn.outcome });
        this.#characters.inc(turn.usage.ttsCharacters);
        this.#tokens.inc({ kind: 'prompt' }, turn.usage.promptTokens);
        this.#tokens.inc({ kind: 'completion' }, turn.usage.completionTokens);
        for (const figure of figures) {
          const ms = turn[figure];
          if (ms !== undefined) this.#latency.observe({ figure }, ms / 1000);
        }
      }
    }
  }

  #counter<Label extends string = never>(
    name: string,
    help: string,
    labelNames: Label[] = [],
  ): Counter<Label> {
    return this.#register(new Counter({ name: `rxvoice_${name}`, help, labelNames, registers: [] }));
  }

  #register<Metric extends Counter | Gauge | Histogram>(metric: Metric): Metric {
    this.#registry.registerMetric(metric);
    return metric;
  }
}
