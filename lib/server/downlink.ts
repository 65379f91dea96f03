import {
  asyncScheduler,
  BehaviorSubject,
  concat,
  defer,
  distinctUntilChanged,
  filter,
  ignoreElements,
  NEVER,
  Observable,
  of,
} from 'rxjs';
import { Subject, type Subscription, switchMap, take, tap, timer } from 'rxjs';
import type { WebSocket } from 'ws';
import { frameMs } from '../audio/frame.ts';
import type { Output } from '../audio/output.ts';
import { Playhead } from '../audio/playhead.ts';
import { resample } from '../audio/resample.ts';
import { RxvoiceError } from '../errors.ts';
import { closeCodes } from '../protocol/closeCodes.ts';
import { opusDelay } from './opus.ts';
import type { OpusEncoding } from './opusEncoding.ts';
import { Outgoing } from './outgoing.ts';
import { type ServerMessage, wireRate } from '../protocol/protocol.ts';

/** How many messages are kept for a connection to come: many turns' worth. */
const mostKept = 500;

/** How much may wait in a socket before audio is held back and dispensable messages are left out, bytes: 4 s. */
const crowded = 128 * 1024;

/**
 * Frames go together, as many as `batchMs`, while the client has audio for more than `enoughMs`: a write costs as much as
 * everything else that is done for a frame. The first of a reply go at once.
 */
const batchMs = 60;
const enoughMs = 100;

/** The most frames of one message: half a second, when much was held back. */
const mostPieces = 25;

/** How long a socket may stay like that, ms. */
const patienceMs = 10_000;

/** A message that must arrive, without its number. */
type Kept = ServerMessage extends infer Message
  ? Message extends { readonly type: 'event' | 'metrics' }
    ? Omit<Message, 'seq'>
    : never
  : never;

/** Everything sent to a client, messages and audio, over the current connection. */
export class Downlink {
  /** Messages a slow reader did without. */
  readonly dropped$: Observable<number>;
  readonly #dropped$ = new Subject<number>();
  readonly #acknowledged$ = new Subject<Outgoing>();
  readonly #acknowledges$ = new BehaviorSubject(true);
  #socket: WebSocket | undefined;
  /** How audio is written on the present connection; nothing for PCM. */
  #encoding: OpusEncoding | undefined;
  #seq = 0;
  readonly #kept: { readonly seq: number; readonly text: string }[] = [];
  #replies = 0;
  #reply: Outgoing | undefined;
  #dropped = 0;
  #crowdedSince: number | undefined;
  #retry: Subscription | undefined;
  #hold: Subscription | undefined;

  constructor() {
    this.dropped$ = this.#dropped$.asObservable();
  }

  /** The reply that is being spoken; 0 for none. */
  get reply(): number {
    return this.#reply?.number ?? 0;
  }

  /** How much of the reply's audio there is so far, samples. */
  get samples(): number {
    return this.#reply?.samples ?? 0;
  }

  /** Plays at the client. Audio counts as heard when the client's loudspeaker has played it. */
  readonly output: Output = speech$ =>
    new Observable(subscriber => {
      const reply = (this.#reply = new Outgoing((this.#replies += 1)));
      const playhead = new Playhead();
      const heardAll = (): boolean => reply.complete && reply.heard >= reply.samples;
      const acknowledged = (): void => {
        if (heardAll()) subscriber.complete();
        else subscriber.next({ playedMs: (reply.heard * 1000) / wireRate });
      };
      subscriber.add(() => {
        this.#reply = undefined;
        this.#release();
        if (reply.begun && !heardAll()) this.#send({ type: 'clear', reply: reply.number });
      });
      subscriber.add(
        this.#acknowledged$
          .pipe(filter(of => of === reply && this.#acknowledges$.value))
          .subscribe(acknowledged),
      );
      const handed$ = speech$.pipe(
        resample(wireRate),
        tap(frame => {
          playhead.hand(frameMs(frame), asyncScheduler.now());
          reply.add(frame);
          if (reply.overfull)
            throw new RxvoiceError('The client has not taken any of the last minute of speech.', {
              stage: 'output',
            });
          const waitingMs = ((reply.samples - reply.sent) * 1000) / wireRate;
          const enough = playhead.restMs(asyncScheduler.now()) - waitingMs > enoughMs;
          if (enough && waitingMs < batchMs && this.#socket) this.#hold ??= this.#later();
          else this.#flush();
        }),
      );
      const heard$ = defer(() => {
        reply.complete = true;
        this.#flush();
        // Another client may go on with the call, one that acknowledges where this one didn't.
        return this.#acknowledges$.pipe(
          distinctUntilChanged(),
          switchMap(acknowledges => {
            if (acknowledges) return heardAll() ? of(0) : NEVER;
            return timer(playhead.restMs(asyncScheduler.now())).pipe(
              tap(() => (reply.heard = reply.samples)),
            );
          }),
          take(1),
          ignoreElements(),
        );
      });
      subscriber.add(
        concat(handed$, heard$).subscribe({
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });

  /** Takes a new connection, and sends the rest of the reply and the messages that its client has not received. */
  attach(
    socket: WebSocket,
    welcome: ServerMessage,
    received: { readonly seq: number; readonly reply: number; readonly samples: number },
    acknowledges: boolean,
    encoding?: OpusEncoding,
  ): void {
    this.#socket = socket;
    this.#encoding?.close();
    this.#encoding = encoding;
    this.#acknowledges$.next(acknowledges);
    this.#crowdedSince = undefined;
    this.#send(welcome);
    for (const { seq, text } of this.#kept) if (seq > received.seq) socket.send(text);
    const reply = this.#reply;
    const known = received.reply === reply?.number;
    reply?.rewind(known ? received.samples : 0);
    // All of it may be there, but for the word that it was all.
    if (known) this.#begin(reply, reply.sent);
    this.#flush();
  }

  /** The connection is gone. */
  detach(): void {
    this.#socket = undefined;
    this.#encoding?.close();
    this.#encoding = undefined;
    this.#release();
    this.#stopWaiting();
  }

  /** Sends a message that the client must receive: it is sent again after a lost connection. */
  tell(message: Kept): void {
    const seq = (this.#seq += 1);
    const text = JSON.stringify({ ...message, seq });
    this.#kept.push({ seq, text });
    if (this.#kept.length > mostKept) this.#kept.shift();
    if (this.#socket === undefined) return;
    this.#socket.send(text);
    if (this.#socket.bufferedAmount > crowded) this.#wait();
  }

  /** Sends a message that is soon out of date: it is dropped for a slow reader. */
  mention(message: ServerMessage): void {
    if (this.#socket === undefined) return;
    if (this.#socket.bufferedAmount <= crowded) return this.#send(message);
    this.#dropped += 1;
    this.#dropped$.next(1);
    this.#wait();
  }

  /** Takes the position of the client's loudspeaker. */
  played(number: number, samples: number): void {
    const reply = this.#reply;
    if (reply?.number !== number) return;
    // Packets go on beyond the end, and clocks are not exact: a client that plays the excess has heard all.
    const heard = reply.ended ? Math.min(samples, reply.samples) : samples;
    if (heard > reply.sent) return;
    reply.acknowledge(heard);
    this.#acknowledged$.next(reply);
  }

  /** Sends the reason, and closes the connection. */
  close(code: number, reason: string): void {
    this.#stopWaiting();
    this.#socket?.close(code, reason);
  }

  #send(message: ServerMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  /** Announces the reply's audio, from this sample on. */
  #begin(reply: Outgoing, from: number): void {
    reply.begun = true;
    this.#encoding?.begin();
    this.#send({ type: 'reply', reply: reply.number, from, ...(this.#encoding && { skip: opusDelay }) });
  }

  #sendPackets(message: Uint8Array): void {
    if (message.length > 0) this.#socket?.send(message);
  }

  /** Sends the reply so far, as much as the socket takes. */
  #flush(): void {
    const [socket, reply] = [this.#socket, this.#reply];
    if (reply === undefined || socket === undefined) return;
    this.#release();
    const pieces: Uint8Array[] = [];
    const { sent } = reply;
    for (let { piece } = reply; piece !== undefined; { piece } = reply) {
      if (socket.bufferedAmount + pieces.length * piece.byteLength > crowded) break;
      pieces.push(piece);
      reply.advance();
    }
    if (!reply.begun && pieces.length > 0) this.#begin(reply, sent);
    for (let at = 0; at < pieces.length; at += mostPieces) {
      const pcm = at + 1 === pieces.length ? pieces[at]! : Buffer.concat(pieces.slice(at, at + mostPieces));
      if (this.#encoding === undefined) socket.send(pcm);
      else this.#sendPackets(this.#encoding.encode(pcm));
    }
    if (reply.piece !== undefined) return this.#wait();
    if (!reply.complete || reply.ended || !reply.begun) return;
    reply.ended = true;
    if (this.#encoding !== undefined) this.#sendPackets(this.#encoding.end());
    this.#send({ type: 'replyEnd', reply: reply.number, samples: reply.samples });
  }

  /** Sends data that waits for more, if more does not come. */
  #later(): Subscription {
    return timer(batchMs).subscribe(() => {
      this.#hold = undefined;
      this.#flush();
    });
  }

  #release(): void {
    this.#hold?.unsubscribe();
    this.#hold = undefined;
  }

  /** Looks again in a while whether the reader has caught up. */
  #wait(): void {
    this.#crowdedSince ??= asyncScheduler.now();
    if (asyncScheduler.now() - this.#crowdedSince > patienceMs) return this.#tooSlow();
    if (this.#retry !== undefined) return;
    this.#retry = timer(100).subscribe(() => {
      this.#retry = undefined;
      if ((this.#socket?.bufferedAmount ?? 0) > crowded) return this.#wait();
      this.#crowdedSince = undefined;
      if (this.#dropped > 0) this.#send({ type: 'lagging', dropped: this.#dropped });
      this.#dropped = 0;
      this.#flush();
    });
  }

  #stopWaiting(): void {
    this.#retry?.unsubscribe();
    this.#retry = undefined;
  }

  #tooSlow(): void {
    this.close(closeCodes.tooSlow, 'The client reads too slowly.');
    // Its peer does not read: the closing handshake would wait for it.
    this.#socket?.terminate();
  }
}
