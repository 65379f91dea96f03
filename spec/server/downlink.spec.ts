import { NEVER, of, Subject, type Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { type Playback, silence } from '../../lib/audio/index.ts';
import type { AudioFrame } from '../../lib/index.ts';
import { closeCodes } from '../../lib/server/index.ts';
import { Downlink } from '../../lib/server/downlink.ts';

/** A socket whose reader is as slow as the spec says. */
class FakeSocket {
  bufferedAmount = 0;
  readonly sent: (string | Uint8Array)[] = [];
  closed: number | undefined;
  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }
  close(code: number): void {
    this.closed = code;
  }
  terminate(): void {
    this.closed ??= 1006;
  }
  get samples(): number {
    return this.sent.reduce((sum, data) => sum + (typeof data === 'string' ? 0 : data.length / 2), 0);
  }
  get texts(): string[] {
    return this.sent.filter(data => typeof data === 'string');
  }
}

const welcome = {
  type: 'welcome',
  call: '',
  secret: '',
  resumed: false,
  received: 0,
  reply: 0,
  resumeMs: 0,
  audio: 'pcm',
} as const;
const nothing = { seq: 0, reply: 0, samples: 0 };
const interim = { type: 'event', at: 0, event: { type: 'user.interim', turn: 1, text: 'so' } } as const;
const crowded = 1_000_000;

describe('what goes down to a client', () => {
  let downlink: Downlink;
  let socket: FakeSocket;
  let speech$: Subject<AudioFrame>;
  let reply: Subscription;
  let heard: Playback[];
  let ended: unknown;
  const attach = (to: FakeSocket, received = nothing, acknowledges = true): void =>
    downlink.attach(to as unknown as WebSocket, welcome, received, acknowledges);
  const speak = (frames: number): void => {
    for (let at = 0; at < frames; at++) speech$.next(silence());
  };
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    downlink = new Downlink();
    socket = new FakeSocket();
    attach(socket);
    speech$ = new Subject();
    heard = [];
    ended = undefined;
    reply = downlink.output(speech$).subscribe({
      next: playback => heard.push(playback),
      error: (error: unknown) => (ended = error),
      complete: () => (ended = 'heard'),
    });
  });
  afterEach(() => {
    reply.unsubscribe();
    downlink.detach();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('should hold audio back for a slow reader, drop messages that are soon out of date, and report it', () => {
    const dropped: number[] = [];
    downlink.dropped$.subscribe(count => dropped.push(count));
    speak(2);
    socket.bufferedAmount = crowded;
    speak(3);
    downlink.mention(interim);
    downlink.mention(interim);
    downlink.tell({ ...interim, event: { type: 'user.said', turn: 1, text: 'so', silenceMs: 0 } });
    expect(socket.samples).toBe(2 * 320);
    expect(socket.texts.join()).not.toContain('user.interim');
    expect(socket.texts.join()).toContain('user.said');
    expect(dropped).toEqual([1, 1]);
    socket.bufferedAmount = 0;
    vi.advanceTimersByTime(100);
    expect(socket.samples).toBe(5 * 320);
    expect(socket.texts.at(-1)).toBe('{"type":"lagging","dropped":2}');
  });

  it('should send the first frames at once, and later ones together while the client has enough to play', () => {
    const lengths = (): number[] =>
      socket.sent.filter(data => typeof data !== 'string').map(({ length }) => length / 640);
    speak(10); // the audio handed over ahead of time
    expect(lengths()).toEqual([1, 1, 1, 1, 1, 1, 3]);
    for (let frame = 0; frame < 6; frame++) {
      vi.advanceTimersByTime(20);
      speak(1);
    }
    expect(lengths().slice(7)).toEqual([3, 3]);
    vi.advanceTimersByTime(1_000); // the voice falters: audio that waits for more goes without it
    expect(lengths().slice(9)).toEqual([1]);
    speak(1);
    expect(lengths().slice(10)).toEqual([1]);
  });

  it('should close when the reader does not catch up', () => {
    socket.bufferedAmount = crowded;
    speak(1);
    vi.advanceTimersByTime(9_000);
    expect(socket.closed).toBeUndefined();
    vi.advanceTimersByTime(2_000);
    expect(socket.closed).toBe(closeCodes.tooSlow);
  });

  it('should fail a reply with a minute of audio that the client has not taken', () => {
    downlink.detach();
    speak(3_000);
    expect(ended).toBeUndefined();
    speak(1);
    expect(ended).toMatchObject({ stage: 'output' });
  });

  it('should end a reply when its last sample was heard, and believe no more than was sent', () => {
    speak(2);
    downlink.played(1, 320);
    downlink.played(1, 641); // more than there was
    downlink.played(2, 640); // of no reply
    expect(heard).toEqual([{ playedMs: 20 }]);
    speech$.complete();
    expect(socket.texts.at(-1)).toBe('{"type":"replyEnd","reply":1,"samples":640}');
    expect(ended).toBeUndefined();
    downlink.played(1, 640);
    expect(ended).toBe('heard');
    reply.unsubscribe();
    expect(socket.texts.join()).not.toContain('clear');
  });

  it('should end a reply of which a client says that it played more than there is', () => {
    speak(2);
    speech$.complete();
    downlink.played(1, 641);
    expect([heard, ended]).toEqual([[], 'heard']);
  });

  it('should clear a reply that is cut, and only then', () => {
    speak(1);
    reply.unsubscribe();
    expect(socket.texts.at(-1)).toBe('{"type":"clear","reply":1}');
    downlink.output(NEVER).subscribe().unsubscribe();
    expect(socket.texts.filter(text => text.includes('clear'))).toHaveLength(1);
    downlink.output(of()).subscribe({ complete: () => (ended = 'nothing to hear') });
    expect(ended).toBe('nothing to hear');
  });

  it('should send what is missing over a new connection, from the piece in which it begins', () => {
    speak(5);
    downlink.played(1, 330);
    downlink.detach();
    speak(1);
    const again = new FakeSocket();
    attach(again, { seq: 0, reply: 1, samples: 1_000 });
    expect(again.texts[1]).toBe('{"type":"reply","reply":1,"from":960}');
    expect(again.samples).toBe(3 * 320);
  });

  it('should send the end of a reply over a new connection when only that was lost', () => {
    speak(2);
    downlink.detach();
    speech$.complete();
    const again = new FakeSocket();
    attach(again, { seq: 0, reply: 1, samples: 640 });
    expect(again.samples).toBe(0);
    expect(again.texts.slice(1)).toEqual([
      '{"type":"reply","reply":1,"from":640}',
      '{"type":"replyEnd","reply":1,"samples":640}',
    ]);
  });

  it('should take the clock’s word where the client says that it acknowledges nothing', () => {
    attach(socket, nothing, false);
    reply.unsubscribe();
    downlink.output(of(silence(), silence())).subscribe({ complete: () => (ended = 'heard') });
    vi.advanceTimersByTime(39);
    expect(ended).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(ended).toBe('heard');
  });

  it('should trust the report of the client that resumes the call, whether the reply is complete or not', () => {
    attach(socket, nothing, false);
    reply.unsubscribe();
    const frame$ = new Subject<AudioFrame>();
    downlink.output(frame$).subscribe({ complete: () => (ended = 'heard') });
    frame$.next(silence());
    const again = new FakeSocket();
    attach(again, nothing, true);
    frame$.complete();
    vi.advanceTimersByTime(1_000);
    expect(ended).toBeUndefined();
    downlink.played(2, 320);
    expect(ended).toBe('heard');

    ended = undefined;
    downlink.output(of(silence())).subscribe({ complete: () => (ended = 'by the clock') });
    vi.advanceTimersByTime(1_000);
    expect(ended).toBeUndefined();
    attach(new FakeSocket(), nothing, false);
    vi.advanceTimersByTime(20);
    expect(ended).toBe('by the clock');
  });
});
