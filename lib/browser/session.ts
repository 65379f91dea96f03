import { catchError, defer, from, map, mergeMap, type Observable, of, race, throwError, timer } from 'rxjs';
import { opusPacketSamples } from '../server/opusMessage.ts';
import type { HelloMessage, ServerMessage } from '../protocol/protocol.ts';
import type { Speaker } from './audio.ts';
import { CallError } from './callError.ts';
import type { Incoming, OpenConnection } from './connection.ts';
import { opusDelay, OpusDecoding, OpusEncoding } from './opus.ts';
import { SentAudio } from './sentAudio.ts';
import type { VoiceCallOptions } from './voiceCallOptions.ts';

/** Limit of the audio buffered while the network is gone, samples: a minute. */
const mostKept = 60 * 16_000;

/** Time the browser may take to report whether it has Opus, ms; after that the call goes on without it. */
const askMs = 1_000;

/** The client's state of one call, over all its connections. */
export class Session {
  readonly #options: VoiceCallOptions;
  readonly #speaker: Speaker;
  /** Audio sent to the server, from its first sample on. */
  readonly #sent = new SentAudio(mostKept);
  #line: OpenConnection | undefined;
  #welcome: Extract<ServerMessage, { readonly type: 'welcome' }> | undefined;
  #seq = 0;
  /** The reply whose audio comes, the length that has come, and how much of the next audio was received before. */
  #reply = 0;
  #received = 0;
  #skip = 0;
  /** The delay of the browser's Opus encoder, samples; nothing where it has none. */
  #delay: number | undefined;
  #opusFailed = false;
  /** The codec of this connection, for the user's audio and the reply; undefined for PCM. */
  #encoding: OpusEncoding | undefined;
  #decoding: OpusDecoding | undefined;

  constructor(options: VoiceCallOptions, speaker: Speaker) {
    this.#options = options;
    this.#speaker = speaker;
  }

  get resumeMs(): number {
    return this.#welcome?.resumeMs ?? 5_000;
  }

  /** The reply that may be heard. */
  get playing(): number {
    return this.#reply;
  }

  readonly attach = (line: OpenConnection | undefined): void => {
    this.#line = line;
    this.#encoding?.close();
    this.#encoding = undefined;
    this.#stopReading();
  };

  readonly hello = (): Observable<HelloMessage> => {
    const { token, data } = this.#options;
    return race(opusDelay(), timer(askMs).pipe(map(() => undefined))).pipe(
      mergeMap(delay => {
        this.#delay = delay;
        const audio = delay === undefined || this.#opusFailed ? ['pcm'] : ['opus', 'pcm'];
        const base = { type: 'hello', acknowledges: true, audio } as const;
        if (this.#welcome !== undefined) {
          const { call, secret } = this.#welcome;
          const resume = { call, secret, seq: this.#seq, reply: this.#reply, samples: this.#received };
          return of({ ...base, resume });
        }
        const token$ = defer(() => from(Promise.resolve(typeof token === 'function' ? token() : token)));
        return token$.pipe(
          catchError((cause: unknown) =>
            throwError(() => new CallError('token', 'The permission to call could not be fetched.', cause)),
          ),
          map(token => ({ ...base, data, ...(token !== undefined && token !== '' && { token }) })),
        );
      }),
    );
  };

  /** Takes audio of the microphone. Audio before the call is placed is dropped. */
  spoken(pcm: Int16Array): void {
    if (this.#welcome === undefined) return;
    this.#sent.add(pcm);
    this.#say(pcm);
  }

  /** Takes the loudspeaker's position, samples; returns whether it belongs to the current reply. */
  played(reply: number, samples: number): boolean {
    if (reply !== this.#reply) return false;
    this.#tell({ type: 'played', reply, samples });
    return true;
  }

  see(message: Incoming): void {
    if ('seq' in message) this.#seq = message.seq ?? this.#seq;
    switch (message.type) {
      case 'welcome':
        this.#welcome = message;
        if (message.reply !== this.#reply) this.#clear();
        return this.#begin(message);
      case 'received':
        return this.#sent.acknowledge(message.samples);
      case 'reply':
        if (message.reply !== this.#reply) this.#received = message.from;
        this.#reply = message.reply;
        this.#skip = Math.max(0, this.#received - message.from);
        this.#stopReading();
        if (message.skip !== undefined)
          this.#decoding = new OpusDecoding(message.skip, this.#heard, this.#failed);
        return this.#speaker.tell({ type: 'begin', reply: message.reply, from: message.from });
      case 'audio':
        if (this.#decoding === undefined) this.#heard(new Int16Array(message.bytes));
        else this.#decoding.decode(message.bytes);
        return;
      case 'replyEnd':
        return this.#speaker.tell({ type: 'end', samples: message.samples });
      case 'clear':
        return this.#clear();
    }
  }

  /** A connection is there: the server receives the audio that it has missed. */
  #begin({ audio, resumed, received }: Extract<ServerMessage, { readonly type: 'welcome' }>): void {
    const [line, delay] = [this.#line, this.#delay];
    if (audio === 'opus' && delay !== undefined && line !== undefined) {
      this.#encoding = new OpusEncoding(message => line.send(message), this.#failed);
      // The delay is a silence before the first word: were it skipped, each frame would wait for the next packet.
      if (!resumed) return this.#sent.add(new Int16Array(delay));
      // Later nothing may come between: it is skipped, with as much before it as makes it a packet.
      this.#tell({ type: 'skip', samples: opusPacketSamples });
      this.#encoding.encode(new Int16Array(opusPacketSamples - delay));
    }
    for (const pcm of this.#sent.missing(received)) this.#say(pcm);
  }

  #say(pcm: Int16Array): void {
    if (this.#encoding === undefined) this.#line?.send(pcm);
    else this.#encoding.encode(pcm);
  }

  #tell(message: object): void {
    this.#line?.send(JSON.stringify(message));
  }

  readonly #heard = (pcm: Int16Array): void => {
    const fresh = pcm.subarray(Math.min(this.#skip, pcm.length));
    this.#skip -= pcm.length - fresh.length;
    if (fresh.length === 0) return;
    this.#received += fresh.length;
    this.#speaker.tell({ type: 'audio', pcm: fresh.slice() });
  };

  /** The browser's codec gave up: the call goes on without it. */
  readonly #failed = (): void => {
    this.#opusFailed = true;
    this.#line?.drop();
  };

  #stopReading(): void {
    this.#decoding?.close();
    this.#decoding = undefined;
  }

  #clear(): void {
    this.#reply = 0;
    this.#received = 0;
    this.#stopReading();
    this.#speaker.tell({ type: 'clear' });
  }
}
