import { asyncScheduler, interval, Observable, type Subscription } from 'rxjs';
import { type AudioFrame, concatFrames, frameBytes, frameMs, silence } from '../../audio/frame.ts';
import { resampleFrame } from '../../audio/resample.ts';
import type { Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import type { Transcript } from '../../stt/transcript.ts';
import { AudioLog } from './audioLog.ts';
import { AudioMap } from './audioMap.ts';
import type { OpenSocket, SdkSocket, ServerMessage } from './openSocket.ts';
import { Recycled } from './staying.ts';
import type { Turns } from './turns.ts';

/** A socket of the SDK that listens. */
export interface ListenSocket extends SdkSocket {
  sendMedia: (audio: ArrayBufferView) => void;
}

/** What differs between the generations. */
export interface Dialect<Socket extends ListenSocket> {
  /** The turns of one call. `finalize` asks the service to finish what it hears. */
  readonly turns: (finalize: () => void) => Turns;
  /** A connection that has nothing to send for a while stays open with this, where pings are not enough. */
  readonly keepAlive?: (socket: Socket) => void;
  /** Makes the service finish what it hears, where it has a message for that. */
  readonly finalize?: (socket: Socket) => void;
  /** Nothing more comes. */
  readonly close: (socket: Socket) => void;
  /** What is wrong, if this is a message about that. */
  readonly problem?: (message: ServerMessage) => RxvoiceError | string | undefined;
  /** Changes in the course of the call, and how a connection is told of one. */
  readonly configure$?: Observable<unknown>;
  readonly configure?: (socket: Socket, configuration: unknown) => void;
  /** Whether a connection that hears audio always has something to tell within seconds. */
  readonly isTalkative: boolean;
  /** Frames are joined to messages of this length, ms; 0 sends each as it comes. */
  readonly chunkMs: number;
}

/** How a call is listened to; all ms. */
export interface ListeningOptions {
  /** How much audio waits for a lost connection. */
  readonly bufferMs: number;
  /** The longest the service may have nothing to tell while it hears audio. */
  readonly timeoutMs: number;
  /** When no audio comes at all for so long, an open turn is over. */
  readonly silenceMs: number;
  readonly stage: { readonly who: string };
  readonly notify: (notice: Notice) => void;
}

/** How often what has no event of its own is looked after. */
const tickMs = 250;
/** A connection hears something at least this often. */
const keepAliveMs = 4_000;
/** The service takes audio at most so much faster than real time… */
const replaySpeed = 1.25;
/** … but for a burst: inputs come in pieces. */
const burstMs = 250;
/** How long what the service still has to tell is waited for at the end, and after asking it to finish. */
const drainMs = 5_000;
const finalizeMs = 500;

/**
 * Listens to one call over whatever connections it takes. Audio is sent as it comes; what a connection had not
 * transcribed for good when it was lost, and what came meanwhile, is heard by the next.
 */
export const listening = <Socket extends ListenSocket>(
  frame$: Observable<AudioFrame>,
  line: (sampleRate: number) => Observable<OpenSocket<Socket> | RxvoiceError>,
  sampleRate: number,
  dialect: Dialect<Socket>,
  options: ListeningOptions,
): Observable<Transcript> =>
  new Observable(subscriber => {
    // Hand-written, for it runs once a frame of every call.
    const log = new AudioLog();
    const turns = dialect.turns(() => dialect.finalize && send(dialect.finalize));
    // Flux hears the end of a turn in silence only, and gets some before long.
    const pauseMs = dialect.finalize ? options.silenceMs : Math.max(500, 2 * dialect.chunkMs);
    let rate = sampleRate;
    let open: OpenSocket<Socket> | undefined;
    let map = new AudioMap();
    let connection: Subscription | undefined;
    let cursor = 0;
    let chunk: AudioFrame[] = [];
    let chunkedMs = 0;
    let completed = false;
    let closing = false;
    let heardAgain = false;
    let draining: Subscription | undefined;
    let subscribing = false;
    let wasOpen = false;
    let overflowing = false;
    let waitingSince = asyncScheduler.now();
    let budgetMs = burstMs;
    let budgetAt = 0;
    let unansweredMs = 0;
    let sentAt = 0;
    let frameAt = asyncScheduler.now();
    let finalizedAt: number | undefined;
    let pumping: Subscription | undefined;
    let configuration: unknown;

    const fail = (error: unknown): void => subscriber.error(error);
    const tell = (transcripts: Transcript[]): void => {
      for (const transcript of transcripts) subscriber.next(transcript);
    };
    const send = (message: (socket: Socket) => void): void => {
      if (open === undefined || closing) return;
      message(open.socket);
      sentAt = asyncScheduler.now();
    };

    const sendAudio = (frame: AudioFrame): void => {
      // A frame without samples would be a message without bytes: the end of the stream, to some servers.
      if (frame.pcm.length === 0) return;
      const alike = frame.sampleRate === rate ? frame : resampleFrame(frame, rate);
      send(socket => socket.sendMedia(frameBytes(alike)));
    };
    const flush = (): void => {
      if (chunk.length > 0) sendAudio(concatFrames(chunk));
      chunk = [];
      chunkedMs = 0;
    };

    /** Sends what there is, no faster than the service takes it. */
    const pump = (): void => {
      pumping?.unsubscribe();
      pumping = undefined;
      if (open === undefined || closing) return;
      const now = asyncScheduler.now();
      budgetMs = Math.min(burstMs, budgetMs + (now - budgetAt) * replaySpeed);
      budgetAt = now;
      for (let next = log.at(cursor); next !== undefined; next = log.at(cursor)) {
        const ms = frameMs(next.frame);
        if (ms > budgetMs && budgetMs < burstMs) {
          const waitMs = Math.ceil((Math.min(ms, burstMs) - budgetMs) / replaySpeed);
          pumping = asyncScheduler.schedule(pump, waitMs);
          return;
        }
        cursor++;
        budgetMs -= ms;
        map.sent(next.atMs, ms);
        unansweredMs += ms;
        if (dialect.chunkMs === 0) sendAudio(next.frame);
        else {
          chunk.push(next.frame);
          chunkedMs += ms;
          if (chunkedMs >= dialect.chunkMs - 0.1) flush();
        }
      }
      if (dialect.isTalkative && unansweredMs > options.timeoutMs)
        return open.fail(
          new RxvoiceError(
            `${options.stage.who} heard ${Math.round(unansweredMs)} ms of audio and had nothing to tell.`,
            { stage: 'stt', retryable: true },
          ),
        );
      if (completed) finish();
    };

    /** All audio is sent: what the service still has to tell is waited for. */
    const finish = (): void => {
      flush();
      if (map.sentMs === 0 && !turns.isOpen) return end();
      open?.end(dialect.close);
      closing = true;
      endWithin(Math.min(drainMs, options.timeoutMs), owed);
    };
    const endWithin = (ms: number, then: () => void): void => {
      draining?.unsubscribe();
      draining = asyncScheduler.schedule(then, ms);
    };
    /** The service still owes words, and is silent or gone: another connection hears them again, once. */
    const hearAgain = (): boolean => {
      if (!turns.isOpen || heardAgain) return false;
      heardAgain = true;
      closing = false;
      endWithin(drainMs + (log.endMs - turns.settledMs) / replaySpeed, end);
      return true;
    };
    const owed = (): void => {
      if (!hearAgain()) return end();
      open?.fail(
        new RxvoiceError(`${options.stage.who} did not finish what it heard.`, {
          stage: 'stt',
          retryable: true,
        }),
      );
    };
    const end = (): void => {
      tell(turns.finish());
      subscriber.complete();
    };

    const hear = (message: ServerMessage): void => {
      unansweredMs = 0;
      const problem = dialect.problem?.(message);
      if (typeof problem === 'string') options.notify({ type: 'warning', message: problem });
      else if (problem) return open?.fail(problem);
      tell(turns.hear(message, seconds => Math.round(map.toCall(seconds * 1000))));
      if (!turns.isOpen) finalizedAt = undefined;
      log.forget(turns.settledMs);
      cursor = Math.max(cursor, log.first);
    };

    const connected = (socket: OpenSocket<Socket>): void => {
      const now = asyncScheduler.now();
      options.notify({ type: 'connected', reused: subscribing, ms: now - waitingSince });
      open = socket;
      if (wasOpen) tell(turns.reconnected());
      wasOpen = true;
      map = new AudioMap();
      cursor = log.first;
      chunk = [];
      chunkedMs = 0;
      budgetMs = burstMs;
      budgetAt = now;
      unansweredMs = 0;
      sentAt = now;
      configure();
      subscriber.add(
        socket.message$.subscribe({
          next: message => {
            if (open === socket && !(message instanceof Uint8Array)) hear(message);
          },
          error: fail,
        }),
      );
      pump();
    };
    const configure = (): void => {
      if (configuration !== undefined) send(socket => dialect.configure?.(socket, configuration));
    };
    const lost = (): void => {
      open = undefined;
      waitingSince = asyncScheduler.now();
      if (closing && !hearAgain()) end();
    };

    const connect = (): void => {
      connection?.unsubscribe();
      subscribing = true;
      connection = line(rate).subscribe({
        next: socket => (RxvoiceError.is(socket) ? lost() : connected(socket)),
        error: fail,
        // The server closed after being asked to.
        complete: end,
      });
      subscribing = false;
      subscriber.add(connection);
    };

    const tick = (): void => {
      const now = asyncScheduler.now();
      if (open === undefined || closing) return;
      if (turns.isOpen && !completed && now - frameAt >= pauseMs) return paused(now);
      if (now - sentAt < keepAliveMs) return;
      flush();
      // What stays silent from the start is taken for dead, whatever it says.
      if (map.sentMs === 0) sendSilence(100);
      else if (dialect.keepAlive) send(dialect.keepAlive);
    };
    const sendSilence = (ms: number): void => {
      map.silence(ms);
      sendAudio(silence(ms, rate));
    };
    /** The input sends nothing at all, not even silence, and a turn is open: it has to end all the same. */
    const paused = (now: number): void => {
      const isDue = now - sentAt >= 500;
      flush();
      if (dialect.finalize === undefined) {
        if (isDue) sendSilence(500);
        return;
      }
      if (finalizedAt === undefined) {
        finalizedAt = now;
        send(dialect.finalize);
      } else if (now - finalizedAt >= finalizeMs) {
        finalizedAt = undefined;
        tell(turns.finish());
      }
    };

    const take = (frame: AudioFrame): void => {
      frameAt = asyncScheduler.now();
      if (log.endMs === 0 && frame.sampleRate !== rate && frame.pcm.length > 0) {
        rate = frame.sampleRate;
        if (open !== undefined) lost();
        log.push(frame);
        connect();
        return;
      }
      log.push(frame);
      if (open !== undefined) {
        pump();
        // What a monologue without finals had the service hear long ago is not kept for ever.
        if (log.keptMs > options.bufferMs)
          log.forget(Math.min(log.at(cursor)?.atMs ?? log.endMs, log.endMs - options.bufferMs));
        return;
      }
      const droppedMs = log.trim(options.bufferMs);
      cursor = Math.max(cursor, log.first);
      if (droppedMs > 0 && !overflowing) {
        overflowing = true;
        options.notify({
          type: 'warning',
          message: `More than ${options.bufferMs} ms of audio wait for ${options.stage.who}: the oldest is given up.`,
        });
      }
    };

    subscriber.add(() => {
      // A socket that heard a part of this call is of no use to another.
      if (!closing && map.sentMs > 0) open?.fail(new Recycled('', { stage: 'stt', retryable: true }));
      open = undefined;
    });
    subscriber.add(() => {
      pumping?.unsubscribe();
      draining?.unsubscribe();
    });
    connect();
    if (subscriber.closed) return;
    subscriber.add(interval(tickMs).subscribe({ next: tick, error: fail }));
    subscriber.add(
      dialect.configure$?.subscribe({
        next: next => {
          configuration = next;
          configure();
        },
        error: fail,
      }),
    );
    subscriber.add(
      frame$.subscribe({
        next: take,
        error: fail,
        complete: () => {
          completed = true;
          if (log.endMs === 0) end();
          else pump();
        },
      }),
    );
  });
