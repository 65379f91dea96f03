import { asyncScheduler, type Observable, tap } from 'rxjs';
import type { Changes } from '../socket/transcribeCall.ts';
import type { FluxConfiguration } from './fluxConfiguration.ts';

/** How long an answer to a change is waited for before the next is sent, ms: it may be lost. */
const answerMs = 5_000;

/**
 * The configuration of a Flux call. Changes are merged: fields that a later one leaves out stay. One is on its way at a
 * time, since the service limits how many may be unanswered (`_CONFIGURE_ACK_TIMEOUT` in Pipecat's `flux/stt_base.py`);
 * those that come meanwhile become one, of the latest values. A new connection receives all accepted changes, and the
 * unanswered ones.
 */
export class Configuring {
  readonly #send: (configuration: FluxConfiguration) => void;
  #accepted: FluxConfiguration = {};
  #sent: FluxConfiguration | undefined;
  #sentAt = 0;
  #waiting: FluxConfiguration | undefined;

  /** `send` sends a change over the connection that is open, if one is. */
  constructor(send: (configuration: FluxConfiguration) => void) {
    this.#send = send;
  }

  /** A change. `isOpen`: whether there is a connection to send it over. */
  change(configuration: FluxConfiguration, isOpen: boolean): void {
    this.#waiting = merged(this.#waiting ?? {}, configuration);
    if (isOpen) this.#next();
  }

  /** A connection was opened. */
  connected(): void {
    const all = merged(merged(this.#accepted, this.#sent ?? {}), this.#waiting ?? {});
    this.#sent = undefined;
    this.#waiting = isEmpty(all) ? undefined : all;
    this.#next();
  }

  /** The service has answered the change that was sent. */
  answered(isAccepted: boolean): void {
    if (isAccepted && this.#sent) this.#accepted = merged(this.#accepted, this.#sent);
    this.#sent = undefined;
    this.#next();
  }

  /** Some time has passed. */
  tick(): void {
    if (this.#sent !== undefined && asyncScheduler.now() - this.#sentAt >= answerMs) this.answered(true);
  }

  #next(): void {
    if (this.#sent !== undefined || this.#waiting === undefined) return;
    this.#sent = this.#waiting;
    this.#sentAt = asyncScheduler.now();
    this.#waiting = undefined;
    this.#send(this.#sent);
  }
}

/** The changes of a Flux call, each sent as the service takes them. */
export function fluxChanges(
  configure$: Observable<FluxConfiguration>,
  send: (configuration: FluxConfiguration) => void,
): Changes {
  const configuring = new Configuring(send);
  return {
    applied$: isOpen => configure$.pipe(tap(configuration => configuring.change(configuration, isOpen()))),
    connected: () => configuring.connected(),
    hear: ({ type }) => {
      if (type === 'ConfigureSuccess' || type === 'ConfigureFailure')
        configuring.answered(type === 'ConfigureSuccess');
    },
    tick: () => configuring.tick(),
  };
}

const merged = (one: FluxConfiguration, other: FluxConfiguration): FluxConfiguration => ({
  ...one,
  ...other,
  ...((one.thresholds ?? other.thresholds) && { thresholds: { ...one.thresholds, ...other.thresholds } }),
});

const isEmpty = (configuration: FluxConfiguration): boolean => Object.keys(configuration).length === 0;
