import {
  asyncScheduler,
  concat,
  concatMap,
  EMPTY,
  from,
  map,
  NEVER,
  Observable,
  of,
  type Subscriber,
} from 'rxjs';
import { timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { frameMs } from '../../../lib/audio/frame.ts';
import { FluxVoice } from '../../../lib/providers/deepgram/fluxVoice.ts';
import { virtualTime } from '../../../lib/testing/index.ts';
import { VoiceSocket } from './voiceSocket.ts';

type Told = readonly [reply: number, what: string | number];

interface Reply {
  readonly text$: Observable<string>;
  readonly from: number;
  readonly until?: number;
  /** How much of it was heard at a time of the call. */
  readonly played: (at: number) => number;
}

const speak = (
  replies: readonly Reply[],
  happenings: readonly (readonly [number, (socket: VoiceSocket, voice: FluxVoice) => void])[],
  until = 120_000,
): { told: { at: number; value: Told }[]; socket: VoiceSocket } => {
  const socket = new VoiceSocket();
  const { values } = virtualTime(
    () =>
      new Observable<Told>((subscriber: Subscriber<Told>) => {
        const voice = new FluxVoice({
          sampleRate: 8_000,
          timeoutMs: 5_000,
          outageMs: 20_000,
          who: 'Deepgram',
          notify: notice => socket.notices.push(notice),
        });
        socket.open(voice);
        for (const [at, happen] of happenings)
          subscriber.add(asyncScheduler.schedule(() => happen(socket, voice), at));
        replies.forEach(({ text$, from: at, until: to, played }, index) => {
          subscriber.add(
            asyncScheduler.schedule(() => {
              const reply = voice
                .speak(text$, socket.line$, () => played(asyncScheduler.now()))
                .subscribe({
                  next: frame => subscriber.next([index, frameMs(frame)]),
                  error: () => subscriber.next([index, 'failed']),
                  complete: () => subscriber.next([index, 'heard']),
                });
              subscriber.add(reply);
              if (to !== undefined)
                subscriber.add(asyncScheduler.schedule(() => reply.unsubscribe(), to - at));
            }, at),
          );
        });
      }),
    { until },
  );
  return { told: [...values], socket };
};
const written = (...pieces: string[]): Observable<string> =>
  from(pieces).pipe(concatMap(piece => timer(20).pipe(map(() => piece))));
const whole = { type: 'SpeechMetadata', audio_duration_ms: 1_000 };

describe('a Flux voice', () => {
  it('should send text as it is written, flush at its end, and complete when all of it was heard', () => {
    const { told, socket } = speak(
      [{ text$: written('Hello', ' there.'), from: 0, played: at => Math.min(1_000, Math.max(0, at - 200)) }],
      [
        [30, it => it.say('SpeechStarted')],
        [200, it => it.audio(500, 1)],
        [
          300,
          it => {
            it.audio(500, 1);
            it.say('Flushed', whole);
          },
        ],
      ],
    );
    expect(socket.sent).toEqual([
      [20, 'Speak', 'Hello'],
      [40, 'Speak', ' there.'],
      [40, 'Flush'],
    ]);
    expect(told.map(({ value }) => value)).toEqual([
      [0, 500],
      [0, 500],
      [0, 'heard'],
    ]);
    expect(told.at(-1)?.at).toBe(1_200);
  });

  it('should send the played length of the call when a reply is cut, and pass on the service’s report', () => {
    const { told, socket } = speak(
      [
        { text$: of('One.'), from: 0, played: at => Math.min(1_000, at) },
        { text$: of('A long answer.'), from: 2_000, until: 2_600, played: at => at - 2_100 },
        { text$: of('Next.'), from: 2_700, played: () => 0 },
      ],
      [
        [
          10,
          it => {
            it.say('SpeechStarted');
            it.audio(1_000, 1);
            it.say('Flushed', whole);
          },
        ],
        [
          2_010,
          it => {
            it.say('SpeechStarted');
            it.audio(800, 2);
          },
        ],
        [
          2_750,
          it => {
            it.audio(100, 2); // on its way
            it.say({ type: 'SpeechInterrupted', audio_played_ms: 1_500, text_spoken: 'A long' });
            it.say('SpeechStarted');
            it.audio(100, 3);
          },
        ],
      ],
      3_000,
    );
    expect(socket.sent.find(([, type]) => type === 'Interrupt')).toEqual([2_600, 'Interrupt', 1_500]);
    expect(socket.notices.filter(({ type }) => type === 'heard')).toEqual([
      { type: 'heard', text: 'A long' },
    ]);
    expect(told.map(({ value }) => value)).toEqual([
      [0, 1_000],
      [0, 'heard'],
      [1, 800],
      [2, 100],
    ]);
  });

  it('should interrupt at a later place each time, even when nothing was heard in between', () => {
    const cutAt = (at: number): [number, (socket: VoiceSocket) => void] => [
      at,
      it => it.say({ type: 'SpeechInterrupted', text_spoken: '' }),
    ];
    const { socket } = speak(
      [0, 1_000, 2_000].map(at => ({ text$: of('Hm.'), from: at, until: at + 500, played: () => 0 })),
      [0, 1_000, 2_000].flatMap(at => [
        [at + 10, (it: VoiceSocket) => (it.say('SpeechStarted'), it.audio(100, 1))] as const,
        cutAt(at + 510),
      ]),
      4_000,
    );
    expect(socket.sent.flatMap(([, type, offset]) => (type === 'Interrupt' ? [offset] : []))).toEqual([
      1, 2, 3,
    ]);
  });

  it('should interrupt a reply that has come whole, but was not heard', () => {
    const { socket } = speak(
      [{ text$: of('One.'), from: 0, until: 400, played: at => at - 100 }],
      [
        [
          50,
          it => {
            it.say('SpeechStarted');
            it.audio(1_000, 1);
            it.say('Flushed', whole);
          },
        ],
        [450, it => it.say({ type: 'Warning', code: 'NO_ACTIVE_SPEECH', description: 'No.' })],
      ],
    );
    expect(socket.sent.at(-1)).toEqual([400, 'Interrupt', 300]);
    expect(socket.notices.map(({ type }) => type)).toEqual(['connected']);
  });

  it('should take a fresh connection when a reply is cut before the service speaks: it would say it with the next', () => {
    const { socket, told } = speak(
      [
        { text$: concat(of('Never mind'), NEVER), from: 0, until: 100, played: () => 0 },
        { text$: of('Next.'), from: 200, played: () => 0 },
      ],
      [
        [150, (it, voice) => it.open(voice)],
        [250, it => it.say('SpeechStarted', whole)],
      ],
      1_000,
    );
    expect(socket.failures).toEqual(['']);
    expect(socket.sent).toEqual([
      [0, 'Speak', 'Never mind'],
      [200, 'Speak', 'Next.'],
      [200, 'Flush'],
    ]);
    expect(told.map(({ value }) => value)).toEqual([[1, 'heard']]);
  });

  it('should speak a reply lost with its connection again, without the audio already received', () => {
    const { told, socket } = speak(
      [{ text$: written('Hello', ' there.'), from: 0, played: () => 10_000 }],
      [
        [
          30,
          it => {
            it.say('SpeechStarted');
            it.audio(300, 1);
            it.lose();
          },
        ],
        [100, (it, voice) => it.open(voice)],
        [
          200,
          it => {
            it.say('SpeechStarted');
            it.audio(1_000, 1);
            it.say('Flushed', whole);
          },
        ],
      ],
    );
    expect(socket.sent.slice(1)).toEqual([
      [100, 'Speak', 'Hello'],
      [100, 'Speak', ' there.'],
      [100, 'Flush'],
    ]);
    expect(told.map(({ value }) => value)).toEqual([
      [0, 300],
      [0, 700],
      [0, 'heard'],
    ]);
  });

  it('should be done with a reply whose output stops reporting', () => {
    const { told } = speak(
      [{ text$: of('One.'), from: 0, played: at => Math.min(900, at) }],
      [
        [
          50,
          it => {
            it.say('SpeechStarted');
            it.audio(1_000, 1);
            it.say('Flushed', whole);
          },
        ],
      ],
    );
    expect(told.at(-1)?.value).toEqual([0, 'heard']);
    expect(told.at(-1)?.at).toBeLessThan(2_600);
  });

  it('should complete a reply without words at once, and one that the service has nothing to say for', () => {
    const { told, socket } = speak(
      [
        { text$: EMPTY, from: 0, played: () => 0 },
        { text$: of('…'), from: 100, played: () => 0 },
      ],
      [
        [
          150,
          it =>
            it.say({ type: 'Warning', code: 'NO_SYNTHESIZABLE_TEXT' }, 'Flushed', { type: 'SpeechMetadata' }),
        ],
      ],
      1_000,
    );
    expect(told).toEqual([
      { at: 0, value: [0, 'heard'] },
      { at: 150, value: [1, 'heard'] },
    ]);
    expect(socket.failures).toEqual([]);
  });

  it('should give a connection up that falls silent while it owes audio, not one that waits for text', () => {
    const { socket } = speak(
      [{ text$: concat(written('Well'), timer(9_000).pipe(map(() => ' then.'))), from: 0, played: () => 0 }],
      [[30, it => it.say('SpeechStarted')]],
      20_000,
    );
    expect(socket.failures).toEqual(['Deepgram fell silent for 5000 ms in the middle of a reply.']);
    expect(socket.sent.at(-1)).toEqual([9_020, 'Flush']);
  });

  it('should take a fresh connection for a cut before the first audio of the connection: the service ignores it', () => {
    const { socket, told } = speak(
      [
        { text$: of('Never mind.'), from: 0, until: 100, played: () => 0 },
        { text$: of('Next.'), from: 120, played: () => 0 },
      ],
      [
        [50, it => it.say('SpeechStarted')],
        [150, (it, voice) => it.open(voice)],
        [200, it => it.say('SpeechStarted')],
        [250, it => (it.audio(100, 2), it.say('Flushed', whole))],
      ],
      3_000,
    );
    expect(socket.failures).toEqual(['']);
    expect(socket.sent.map(([at, type]) => [at, type])).toEqual([
      [0, 'Speak'],
      [0, 'Flush'],
      [150, 'Speak'],
      [150, 'Flush'],
    ]);
    expect(told[0]?.value).toEqual([1, 100]);
  });

  it.each(['NO_AUDIO_GENERATED', 'NO_ACTIVE_SPEECH', 'INVALID_INTERRUPT_OFFSET', 'INTERRUPT_IN_PROGRESS'])(
    'should take a fresh connection where the service ignores a cut and goes on with the turn: %s',
    code => {
      const { socket, told } = speak(
        [
          { text$: written('A long', ' answer.'), from: 0, until: 300, played: () => 50 },
          { text$: of('Next.'), from: 310, played: () => 0 },
        ],
        [
          [50, it => (it.say('SpeechStarted'), it.audio(200, 1))],
          [350, it => it.say({ type: 'Warning', code, description: 'Ignored.' })],
          [400, (it, voice) => it.open(voice)],
          [450, it => (it.say('SpeechStarted'), it.audio(100, 2))],
        ],
        1_000,
      );
      expect(socket.failures).toEqual(['']);
      expect(socket.sent.filter(([at]) => at === 400)).toEqual([
        [400, 'Speak', 'Next.'],
        [400, 'Flush'],
      ]);
      expect(told.map(({ value }) => value)).toEqual([
        [0, 200],
        [1, 100],
      ]);
      expect(socket.notices.filter(({ type }) => type === 'warning')).toEqual([]);
    },
  );

  it('should leave a connection alone whose turn was over when the service ignored the cut', () => {
    const { socket } = speak(
      [{ text$: of('One.'), from: 0, until: 400, played: () => 100 }],
      [
        [50, it => (it.say('SpeechStarted'), it.audio(1_000, 1))],
        [405, it => it.say('Flushed', whole)],
        [410, it => it.say({ type: 'Warning', code: 'NO_ACTIVE_SPEECH', description: 'No.' })],
      ],
      2_000,
    );
    expect(socket.failures).toEqual([]);
  });

  it('should exchange a connection that nothing is sent over before the service closes it', () => {
    const { socket } = speak(
      [{ text$: of('One.'), from: 40_000, played: () => 1_000 }],
      [
        [40_100, it => (it.say('SpeechStarted'), it.audio(1_000, 1), it.say('Flushed', whole))],
        [89_000, it => expect(it.failures).toEqual([])],
      ],
      91_000,
    );
    expect(socket.failures).toEqual(['']);
  });

  it('should end nothing in an hour of silence, and speak afterwards', () => {
    const hour = 3_600_000;
    let opened = 0;
    const { told, socket } = speak(
      [{ text$: of('One.'), from: hour + 1_000, played: () => 100 }],
      [
        ...Array.from(
          { length: 3_600 },
          (_, second) =>
            [
              (second + 1) * 1_000,
              (it: VoiceSocket, voice: FluxVoice) => {
                if (it.failures.length > opened) it.open(voice);
                opened = it.failures.length;
              },
            ] as const,
        ),
        [hour + 1_100, it => (it.say('SpeechStarted'), it.audio(100, 1), it.say('Flushed', whole))],
      ],
      hour + 2_000,
    );
    // Before the service closes one that nothing is sent over for 60 s.
    expect(socket.failures.length).toBeGreaterThanOrEqual(60);
    expect(new Set(socket.failures)).toEqual(new Set(['']));
    expect(socket.notices.filter(({ type }) => type === 'warning')).toEqual([]);
    expect(told.map(({ value }) => value)).toEqual([
      [0, 100],
      [0, 'heard'],
    ]);
  });
});
