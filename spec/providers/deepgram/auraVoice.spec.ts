import { asyncScheduler, map, merge, Observable, takeUntil, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { frameMs } from '../../../lib/audio/frame.ts';
import { AuraVoice } from '../../../lib/providers/deepgram/auraVoice.ts';
import { virtualTime } from '../../../lib/testing/index.ts';
import { VoiceSocket } from './voiceSocket.ts';

/** Result of a sentence: the sample that its audio is made of, and its length. */
type Heard = readonly [text: string, sample: number, ms: number] | readonly [text: string, 'over' | 'failed'];

/** Sentences, and when they are subscribed and unsubscribed. */
type Lines = readonly (readonly [text: string, from: number, until?: number])[];

const speak = (
  lines: Lines,
  happenings: readonly (readonly [number, (socket: VoiceSocket, voice: AuraVoice) => void])[],
  { flushesPerMinute = 20, charactersPerMinute = 2_400, outageMs = 20_000, until = 120_000 } = {},
): { heard: { at: number; value: Heard }[]; socket: VoiceSocket } => {
  const socket = new VoiceSocket();
  const { values } = virtualTime(
    () =>
      new Observable<Heard>(subscriber => {
        const voice = new AuraVoice({
          sampleRate: 8_000,
          flushesPerMinute,
          charactersPerMinute,
          timeoutMs: 5_000,
          outageMs,
          who: 'Deepgram',
          notify: notice => socket.notices.push(notice),
        });
        socket.open(voice);
        for (const [at, happen] of happenings)
          subscriber.add(asyncScheduler.schedule(() => happen(socket, voice), at));
        subscriber.add(
          merge(
            ...lines.map(([text, from, to]) => {
              const heard$ = new Observable<Heard>(line => {
                line.add(
                  voice
                    .speak(text, socket.line$)
                    .pipe(map(frame => [text, frame.pcm[0]!, frameMs(frame)] as const))
                    .subscribe({
                      next: heard => line.next(heard),
                      error: () => (line.next([text, 'failed']), line.complete()),
                      complete: () => (line.next([text, 'over']), line.complete()),
                    }),
                );
              });
              const whole$ = new Observable<Heard>(line => {
                line.add(asyncScheduler.schedule(() => line.add(heard$.subscribe(line)), from));
              });
              return to === undefined ? whole$ : whole$.pipe(takeUntil(timer(to)));
            }),
          ).subscribe(subscriber),
        );
      }),
    { until },
  );
  return { heard: [...values], socket };
};
const told = ({ heard }: ReturnType<typeof speak>): Heard[] => heard.map(({ value }) => value);

describe('the voice of Aura over a socket', () => {
  it('should flush each sentence at once and give each its own audio, in order', () => {
    const run = speak(
      [
        ['One.', 10],
        ['Two.', 20],
      ],
      [
        [
          200,
          socket => {
            socket.audio(20, 1);
            socket.say('Flushed');
            socket.audio(20, 2);
            socket.say('Flushed');
          },
        ],
      ],
    );
    expect(run.socket.sent).toEqual([
      [10, 'Speak', 'One.'],
      [10, 'Flush'],
      [20, 'Speak', 'Two.'],
      [20, 'Flush'],
    ]);
    expect(told(run)).toEqual([
      ['One.', 1, 20],
      ['One.', 'over'],
      ['Two.', 2, 20],
      ['Two.', 'over'],
    ]);
    expect(run.socket.notices).toEqual([
      { type: 'connected', reused: true, ms: 0 },
      { type: 'connected', reused: true, ms: 0 },
    ]);
  });

  it('should clear unsubscribed sentences, once, and drop late audio until Cleared', () => {
    const run = speak(
      [
        ['One.', 10, 100],
        ['Two.', 20, 100],
        ['Next.', 110],
      ],
      [
        [50, socket => socket.audio(20, 1)],
        [
          120,
          socket => {
            socket.audio(20, 1); // on its way when it was cleared
            socket.say('Cleared');
            socket.audio(20, 3);
            socket.say('Flushed');
          },
        ],
      ],
    );
    expect(run.socket.sent.map(([at, type]) => [at, type])).toEqual([
      [10, 'Speak'],
      [10, 'Flush'],
      [20, 'Speak'],
      [20, 'Flush'],
      [100, 'Clear'],
      [110, 'Speak'],
      [110, 'Flush'],
    ]);
    expect(told(run)).toEqual([
      ['One.', 1, 20],
      ['Next.', 3, 20],
      ['Next.', 'over'],
    ]);
  });

  it('should take Flushed of a sentence that was whole before its Clear came', () => {
    const run = speak(
      [
        ['One.', 10, 100],
        ['Next.', 110],
      ],
      [
        [
          120,
          socket => {
            socket.audio(20, 1);
            socket.say('Flushed', 'Cleared');
            socket.audio(20, 2);
            socket.say('Flushed');
          },
        ],
      ],
    );
    expect(told(run)).toEqual([
      ['Next.', 2, 20],
      ['Next.', 'over'],
    ]);
  });

  it('should not clear a sentence away for another, nor one that has come whole', () => {
    const run = speak(
      [
        ['One.', 10, 100],
        ['Two.', 20],
        ['Three.', 300, 400],
      ],
      [
        [
          200,
          socket => {
            socket.audio(20, 1);
            socket.say('Flushed');
            socket.audio(20, 2);
            socket.say('Flushed');
          },
        ],
        [350, socket => socket.say('Flushed')],
      ],
    );
    expect(run.socket.sent.map(([, type]) => type)).not.toContain('Clear');
    expect(told(run)).toEqual([
      ['Two.', 2, 20],
      ['Two.', 'over'],
      ['Three.', 'over'],
    ]);
  });

  it('should speak sentences lost with their connection again, without the part that was heard', () => {
    const run = speak(
      [
        ['One.', 10],
        ['Two.', 20],
      ],
      [
        [
          100,
          socket => {
            socket.audio(30, 1);
            socket.lose();
          },
        ],
        [300, (socket, voice) => socket.open(voice)],
        [
          500,
          socket => {
            socket.audio(20, 1);
            socket.audio(40, 1);
            socket.say('Flushed');
            socket.audio(20, 2);
            socket.say('Flushed');
          },
        ],
      ],
    );
    expect(run.socket.sent.slice(4).map(([at, type]) => [at, type])).toEqual([
      [300, 'Speak'],
      [300, 'Flush'],
      [300, 'Speak'],
      [300, 'Flush'],
    ]);
    expect(told(run)).toEqual([
      ['One.', 1, 30],
      ['One.', 1, 30],
      ['One.', 'over'],
      ['Two.', 2, 20],
      ['Two.', 'over'],
    ]);
  });

  it('should give a sentence up when its connections are lost for too long, and not before', () => {
    const losing = [100, 200, 300, 400].flatMap(at => [
      [at, (socket: VoiceSocket) => socket.lose()] as const,
      [at + 50, (socket: VoiceSocket, voice: AuraVoice) => socket.open(voice)] as const,
    ]);
    expect(speak([['One.', 10]], losing, { outageMs: 250 }).heard).toEqual([
      { at: 400, value: ['One.', 'failed'] },
    ]);
    // Audio that comes ends the count.
    const coming = [...losing, [270, (socket: VoiceSocket) => socket.audio(20, 1)] as const];
    expect(told(speak([['One.', 10]], coming, { outageMs: 250, until: 600 }))).toEqual([['One.', 1, 20]]);
  });

  it('should give a connection up that falls silent while it owes audio', () => {
    const run = speak([['One.', 10]], [[4_000, socket => socket.audio(20, 1)]], { until: 20_000 });
    expect(run.socket.failures).toEqual(['Deepgram fell silent for 5000 ms in the middle of a sentence.']);
    expect(speak([['One.', 10]], [[4_000, socket => socket.say('Flushed')]]).socket.failures).toEqual([]);
  });

  it.each(['code', 'warn_code'])('should not wait for a Flush that was refused (%s)', field => {
    const run = speak(
      [['One.', 10]],
      [
        [20, socket => socket.say({ type: 'Warning', [field]: 'EXCESSIVE_FLUSH' })],
        [100, (socket, voice) => socket.open(voice)],
        [200, socket => socket.say('Flushed')],
      ],
    );
    expect(run.socket.failures).toEqual(['Deepgram took no more Flush messages on this connection.']);
    expect(run.heard).toEqual([{ at: 200, value: ['One.', 'over'] }]);
  });

  it('should pass warnings on, however their fields are called, and bear messages it does not know', () => {
    const { socket } = speak(
      [['One.', 10]],
      [
        [20, it => it.say({ type: 'Warning', code: 'X', description: 'Mind the gap.' })],
        [30, it => it.say({ type: 'Warning', warn_code: 'Y', warn_msg: 'Slow.' }, 'Metadata', 'Surprise')],
        [40, it => it.say('Flushed', 'Flushed', 'Cleared')],
      ],
    );
    expect(socket.notices.slice(1)).toEqual([
      { type: 'warning', message: 'Deepgram warns: Mind the gap.' },
      { type: 'warning', message: 'Deepgram warns: Slow.' },
    ]);
  });

  it('should group sentences when the Flush messages of a minute run low', () => {
    // Sentences of a second each; as a reply is spoken, one is asked for when the last but one was handed to the
    // output, which is 200 ms before it was heard.
    const lines: Lines = Array.from({ length: 12 }, (_, index) => [
      `S${index}.`,
      Math.max(0, index * 1_000 - 1_200),
    ]);
    const answering = Array.from(
      { length: 14_000 / 20 },
      (_, index) =>
        [
          index * 20 + 10,
          (socket: VoiceSocket) => {
            const groups = socket.sent
              .map(([, type]) => type)
              .join(' ')
              .split('Flush');
            if (groups.length - 1 <= answered) return;
            socket.audio(1_000 * groups[answered]!.split('Speak').slice(1).length, 1);
            answered += 1;
            socket.say('Flushed');
          },
        ] as const,
    );
    let answered = 0;
    const run = speak(lines, answering, { flushesPerMinute: 10 });
    const flushes = run.socket.sent.filter(([, type]) => type === 'Flush').length;
    const speaks = run.socket.sent.filter(([, type]) => type === 'Speak').length;
    expect(speaks).toBe(12);
    expect(flushes).toBe(8); // three alone, then two at a time
    expect(told(run).filter(([, what]) => what === 'over')).toHaveLength(12);
    // The audio of a group is shared out in order, none of it is lost, and no sentence is without.
    const heard = told(run).filter(([, what]) => what !== 'over');
    expect(heard.reduce((sum, [, , ms = 0]) => sum + ms, 0)).toBe(12_000);
    expect([...new Set(heard.map(([text]) => text))]).toEqual(lines.map(([text]) => text));
    for (const [text] of lines) {
      const ms = heard.reduce((sum, [of, , ms = 0]) => sum + (of === text ? ms : 0), 0);
      expect([text, Math.abs(ms - 1_000) < 200]).toEqual([text, true]);
    }
  });

  it('should say no part of a group twice when its connection is lost', () => {
    const lines: Lines = [
      ['One.', 0],
      ['Two.', 100],
      ['Three.', 150],
    ];
    const run = speak(
      lines,
      [
        [
          50,
          socket => {
            socket.audio(1_000, 1);
            socket.say('Flushed');
          },
        ],
        [
          900, // the two that are one Flush, of which one and a half have come
          socket => {
            socket.audio(1_500, 2);
            socket.lose();
          },
        ],
        [1_000, (socket, voice) => socket.open(voice)],
        [
          1_100,
          socket => {
            socket.audio(1_500, 3);
            socket.say('Flushed');
          },
        ],
      ],
      { flushesPerMinute: 3 },
    );
    const heard = told(run).filter(([, what]) => what !== 'over');
    // 250 ms a character so far: "Two." is whole, and "Three." came to 500 ms before.
    expect(heard.reduce((sum, [of, , ms = 0]) => sum + (of === 'Two.' ? ms : 0), 0)).toBe(1_000);
    expect(heard.filter(([text]) => text === 'Three.')).toEqual([
      ['Three.', 2, 500],
      ['Three.', 3, 1_000],
    ]);
    expect(told(run).filter(([, what]) => what === 'over')).toHaveLength(3);
  });

  it('should take a fresh connection when no Flush is left in a minute, once what it owes has come', () => {
    const run = speak(
      [
        ['One.', 0],
        ['Two.', 10],
      ],
      [
        [400, socket => expect(socket.failures).toEqual([])],
        [500, socket => socket.say('Flushed')],
      ],
      { flushesPerMinute: 1, until: 1_000 },
    );
    expect(run.socket.sent.slice(0, 2)).toEqual([
      [0, 'Speak', 'One.'],
      [0, 'Flush'],
    ]);
    expect(run.socket.failures).toEqual(['']);
  });

  it('should exchange a connection before the service closes it, when nothing is said', () => {
    const minutes = 60_000;
    const { socket } = speak(
      [['One.', 55 * minutes - 100]],
      [
        [55 * minutes + 100, it => expect(it.failures).toEqual([])],
        [55 * minutes + 200, it => it.say('Flushed')],
      ],
      { until: 56 * minutes },
    );
    expect(socket.failures).toEqual(['']);
  });

  it('should end nothing in an hour of silence, and speak afterwards', () => {
    const hour = 3_600_000;
    let opened = 0;
    const run = speak(
      [
        ['One.', 0],
        ['Two.', hour + 1_000],
      ],
      [
        [100, it => it.say('Flushed')],
        ...Array.from(
          { length: 3_600 },
          (_, second) =>
            [
              (second + 1) * 1_000,
              (it: VoiceSocket, voice: AuraVoice) => {
                if (it.failures.length > opened) it.open(voice);
                opened = it.failures.length;
              },
            ] as const,
        ),
        [hour + 1_100, it => (it.audio(100, 2), it.say('Flushed'))],
      ],
      { until: hour + 2_000 },
    );
    // Once, before the service ends a connection by its age.
    expect(run.socket.failures).toEqual(['']);
    expect(run.socket.notices.filter(({ type }) => type === 'warning')).toEqual([]);
    expect(told(run)).toEqual([
      ['One.', 'over'],
      ['Two.', 2, 100],
      ['Two.', 'over'],
    ]);
  });

  /** A service that answers each Flush with a tenth of a second of audio, and counts characters. */
  const answering = (socket: VoiceSocket, voice: AuraVoice): void => {
    let answered = 0;
    let opened = socket.failures.length;
    const answer = (): void => {
      if (socket.failures.length > opened) {
        opened = socket.failures.length;
        socket.open(voice);
      }
      const flushes = socket.sent.filter(([, type]) => type === 'Flush').length;
      for (; answered < flushes; answered++) {
        socket.audio(100, 1);
        socket.say('Flushed');
      }
    };
    asyncScheduler.schedule(function () {
      answer();
      this.schedule(undefined, 50);
    });
  };
  const charactersOf = (socket: VoiceSocket): number[] =>
    socket.sent.flatMap(([, type, text]) => (type === 'Speak' ? [(text as string).length] : []));

  it('should send no message that is too long, and no more characters than a connection takes', () => {
    const text = 'word '.repeat(600);
    const { socket, heard } = speak([[text, 0]], [[0, answering]], { until: 5_000 });
    expect(charactersOf(socket)).toEqual([2_000, 1_000]);
    expect(socket.sent.flatMap(([, type, piece]) => (type === 'Speak' ? [piece] : [])).join('')).toBe(text);
    // 2,400 characters a minute: the second piece goes over a connection of its own.
    expect(socket.failures).toEqual(['']);
    expect(heard.map(({ value: [, what] }) => what)).toEqual([1, 1, 'over']);
  });

  it('should take a fresh connection where the characters of a minute are used up, and lose no sentence', () => {
    const lines: Lines = Array.from({ length: 12 }, (_, index) => [
      `${String.fromCharCode(97 + index).repeat(499)}.`,
      index * 1_000,
    ]);
    const run = speak(lines, [[0, answering]], { until: 20_000 });
    expect(charactersOf(run.socket)).toEqual(lines.map(() => 500));
    expect(run.socket.failures).toEqual(['', '']); // four sentences each
    expect(told(run).filter(([, what]) => what === 'over')).toHaveLength(12);
  });

  it('should hold a Flush until the one before is answered, where that causes no gap', () => {
    const flushed = (happenings: Parameters<typeof speak>[1]) =>
      speak(
        [
          ['A sentence of some length.', 0],
          ['Another.', 10],
        ],
        happenings,
        { until: 5_000 },
      ).socket.sent.flatMap(([at, type]) => (type === 'Flush' ? [at] : []));
    // 26 characters take some 1.7 s.
    expect(flushed([[200, socket => (socket.audio(1_500, 1), socket.say('Flushed'))]])).toEqual([0, 200]);
    // An answer that is late is not waited for: audio that comes as it is heard, half a second before its end.
    const slow = [200, 600, 1_000, 1_400].map(
      at => [at, (socket: VoiceSocket) => socket.audio(400, 1)] as const,
    );
    const [, second] = flushed(slow);
    expect(second).toBeGreaterThan(1_000);
    expect(second).toBeLessThan(1_600);
  });
});
