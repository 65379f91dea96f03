import {
  asyncScheduler,
  concat,
  interval,
  map,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  tap,
  timer,
} from 'rxjs';
import { ignoreElements, type Subscriber } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, silence } from '../../../lib/audio/frame.ts';
import type { Notice } from '../../../lib/engine.ts';
import { RxvoiceError } from '../../../lib/errors.ts';
import { FluxTurns } from '../../../lib/providers/deepgram/fluxTurns.ts';
import { type Dialect, transcribeCall } from '../../../lib/providers/socket/transcribeCall.ts';
import { NovaTurns } from '../../../lib/providers/deepgram/novaTurns.ts';
import type { SdkSocket } from '../../../lib/providers/deepgram/openSocket.ts';
import type { Incoming, OpenSocket, ServerMessage } from '../../../lib/providers/socket/wire.ts';
import { virtualTime } from '../../../lib/testing/index.ts';
import type { SttEvent } from '../../../lib/stt/stt.ts';
import { bare } from './bare.ts';

interface Sent {
  readonly connection: number;
  readonly at: number;
  /** The number of the frame, or the message that was sent instead. */
  readonly what: number | string;
}

/** A service in virtual time that records its messages; frames are numbered by their first sample. */
class Service {
  readonly sent: Sent[] = [];
  readonly notices: Notice[] = [];
  readonly #ended$ = new Subject<void>();
  readonly endTurn$ = this.#ended$.asObservable();
  readonly lines: Subscriber<OpenSocket<SdkSocket> | RxvoiceError>[] = [];
  connections = 0;
  #message$ = new Subject<Incoming>();

  readonly line$: Observable<OpenSocket<SdkSocket> | RxvoiceError> = new Observable(subscriber => {
    this.lines.push(subscriber);
    this.open();
  });

  endTurn(): void {
    this.#ended$.next();
  }
  note(what: number | string): void {
    this.sent.push({ connection: this.connections, at: asyncScheduler.now(), what });
  }
  open(): void {
    this.connections++;
    this.#message$ = new Subject();
    const socket: SdkSocket = { connect: () => undefined, close: () => undefined };
    const sendBytes = (bytes: Uint8Array): void =>
      this.note(new Int16Array(bytes.buffer, bytes.byteOffset, 1)[0]!);
    const end = (send: (socket: SdkSocket) => void): void => send(socket);
    const fail = (error: RxvoiceError): void => this.lose(error);
    this.lines.at(-1)?.next({ socket, sendBytes, message$: this.#message$, openMs: 0, end, fail });
  }
  tell(message: ServerMessage): void {
    this.#message$.next(message);
  }
  get isObserved(): boolean {
    return this.#message$.observed;
  }
  lose(error = new RxvoiceError('Lost.', { retryable: true })): void {
    this.#message$.complete();
    this.lines.at(-1)?.next(error);
  }
  hang(): void {
    this.#message$.complete();
    this.lines.at(-1)?.complete();
  }
  frames(connection?: number): number[] {
    return this.sent.flatMap(({ connection: of, what }) =>
      typeof what === 'number' && (connection ?? of) === of ? [what] : [],
    );
  }
}

const nova = (service: Service, more: Partial<Dialect<SdkSocket>> = {}): Dialect<SdkSocket> => ({
  turns: finalize => new NovaTurns({ silenceMs: 1_500, finalize }),
  keepAlive: () => service.note('KeepAlive'),
  finalize: () => service.note('Finalize'),
  close: () => {
    service.note('CloseStream');
    service.hang();
  },
  isTalkative: true,
  chunkMs: 0,
  ...more,
});

const numbered = (index: number, sampleRate = 16_000): AudioFrame => {
  const frame = silence(20, sampleRate);
  frame.pcm[0] = index;
  return frame;
};
/** A number of frames, in real time. */
const live = (count: number): Observable<AudioFrame> =>
  interval(20).pipe(
    take(count),
    map(index => numbered(index)),
  );
/** The same with a voice that comes and goes, and without any. */
const voiced = (count: number): Observable<AudioFrame> =>
  interval(20).pipe(
    take(count),
    map(index => ({
      sampleRate: 16_000,
      pcm: new Int16Array(320).fill(index % 50 < 25 ? 3_000 : 0),
    })),
  );
const quiet = (count: number): Observable<AudioFrame> => {
  const frame = silence();
  return interval(20).pipe(
    take(count),
    map(() => frame),
  );
};
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Listens to a call while things happen to the service. */
const call = (
  service: Service,
  frame$: Observable<AudioFrame>,
  happenings: readonly [number, () => void][] = [],
  { dialect = nova(service), bufferMs = 30_000, until = 60_000 } = {},
): ReturnType<typeof virtualTime<SttEvent>> =>
  virtualTime(
    () =>
      new Observable<SttEvent>(subscriber => {
        for (const [at, happen] of happenings) subscriber.add(asyncScheduler.schedule(() => happen(), at));
        subscriber.add(
          transcribeCall(frame$, () => service.line$, 16_000, dialect, {
            bufferMs,
            timeoutMs: 5_000,
            silenceMs: 1_500,
            stage: { who: 'Deepgram' },
            notify: notice => service.notices.push(notice),
            endTurn$: service.endTurn$,
          })
            .pipe(map(transcript => bare([transcript])[0]!))
            .subscribe(subscriber),
        );
      }),
    { until },
  );

const results = (
  start: number,
  duration: number,
  transcript: string,
  to = 0,
  isFinal = false,
): ServerMessage => ({
  type: 'Results',
  start,
  duration,
  is_final: isFinal,
  speech_final: false,
  channel: {
    alternatives: [
      { transcript, words: transcript === '' ? [] : [{ word: transcript, start: to - 0.3, end: to }] },
    ],
  },
});

describe('transcribeCall', () => {
  it('should send audio as it comes, then CloseStream, and complete when the service has closed', () => {
    const service = new Service();
    const { completedAt } = call(service, live(50));
    expect(service.frames()).toEqual(upTo(50));
    expect(service.sent.filter(({ what }) => typeof what === 'number').map(({ at }) => at)).toEqual(
      upTo(50).map(index => (index + 1) * 20),
    );
    expect([service.sent.at(-1)?.what, completedAt]).toEqual(['CloseStream', 1_000]);
    expect(service.notices).toEqual([{ type: 'connected', reused: true, ms: 0 }]);
  });

  it('should wait for the service’s last messages, but not forever', () => {
    const service = new Service();
    const dialect = nova(service, { close: () => service.note('CloseStream') });
    const { values, completedAt } = call(
      service,
      live(50),
      [[1_200, () => service.tell(results(0, 1, 'Bye', 0.9))]],
      { dialect },
    );
    expect(values.map(({ value }) => value)).toEqual([
      { type: 'speechStart', at: 600 },
      { type: 'interim', text: 'Bye' },
      { type: 'final', text: 'Bye', end: 900 },
      { type: 'utteranceEnd', end: 900 },
    ]);
    expect(completedAt).toBe(11_800); // another connection is given its chance: 5 s, and 1 s of audio to hear again
  });

  it('should have another connection hear the end of a call when the last one is lost before it emitted it', () => {
    const service = new Service();
    const { values, completedAt } = call(
      service,
      live(50),
      [
        [900, () => service.tell(results(0, 0.8, 'Hello', 0.7))],
        [1_100, () => service.lose()],
        [1_500, () => service.open()],
        [2_500, () => service.tell(results(0, 1, 'Hello there', 0.9, true))],
        [2_600, () => service.hang()],
      ],
      { dialect: nova(service, { close: () => service.note('CloseStream') }) },
    );
    expect(service.frames(2)).toEqual(upTo(50));
    expect(values.map(({ value }) => value).filter(({ type }) => type === 'final')).toEqual([
      { type: 'final', text: 'Hello there', end: 900 },
    ]);
    expect(completedAt).toBe(2_600);
  });

  it('should let the next connection hear what the lost one had not transcribed, and what came meanwhile', () => {
    const service = new Service();
    const { values } = call(service, live(500), [
      [2_000, () => service.tell(results(0, 1.5, 'Hello', 1.4, true))],
      [3_000, () => service.lose()],
      [4_000, () => service.open()],
      [6_000, () => service.tell(results(0, 0, ''))],
      // The service counts from where the connection begins: 1.5 s into the call.
      [8_000, () => service.tell(results(0, 2, 'again', 1, true))],
    ]);
    expect(service.frames(1)).toEqual(upTo(149));
    // From 1.5 s on, where the last final ended: nothing is left out, nothing comes twice after the other.
    expect(service.frames(2)).toEqual(upTo(500).slice(75));
    expect(values.flatMap(({ value }) => (value.type === 'final' ? [value] : []))).toEqual([
      { type: 'final', text: 'Hello', end: 1_400 },
      { type: 'final', text: 'again', end: 2_500 },
    ]);
    expect(service.notices.slice(1)).toEqual([{ type: 'connected', reused: false, ms: 1_000 }]);
  });

  it('should get the rest over another connection when one is lost during the wait', () => {
    const service = new Service();
    const dialect = nova(service, { close: () => service.note('CloseStream') });
    const { values, completedAt } = call(
      service,
      live(50),
      [
        [1_100, () => service.lose()],
        [1_200, () => service.open()],
        [2_200, () => service.tell(results(0, 1, 'Bye', 0.9, true))],
        [2_300, () => service.hang()],
      ],
      { dialect },
    );
    expect(service.frames(2)).toEqual(upTo(50));
    expect(values.flatMap(({ value }) => (value.type === 'final' ? [value.text] : []))).toEqual(['Bye']);
    expect(completedAt).toBe(2_300);
  });

  it('should replay no faster than the service takes it', () => {
    const service = new Service();
    call(service, live(900), [
      [2_000, () => service.lose()],
      [5_000, () => service.open()],
      ...upTo(14).map((index): [number, () => void] => [
        6_000 + index * 1_000,
        () => service.tell(results(0, 0, '')),
      ]),
    ]);
    const replay = service.sent.filter(
      ({ connection, what }) => connection === 2 && typeof what === 'number',
    );
    for (const { at } of replay.filter(({ at }) => at <= 19_000)) {
      const sentMs = replay.filter(other => other.at <= at).length * 20;
      expect(sentMs).toBeLessThanOrEqual(270 + (at - 5_000) * 1.25);
    }
    // 18 s of audio, less the burst, take 14.2 s.
    expect(replay.at(-1)?.at).toBeGreaterThanOrEqual(19_200);
    expect(replay.at(-1)?.at).toBeLessThan(19_400);
    expect(service.frames(2)).toEqual(upTo(900));
  });

  it('should limit the audio buffered for a lost connection, and warn once', () => {
    const service = new Service();
    call(
      service,
      live(600),
      [
        [1_000, () => service.lose()],
        [10_000, () => service.open()],
        [11_000, () => service.tell(results(0, 1, 'late', 0.9, true))],
      ],
      { bufferMs: 2_000 },
    );
    expect(service.frames(2)[0]).toBe(399); // audio that is 2 s old when it opens
    expect(service.notices.filter(({ type }) => type === 'warning')).toHaveLength(1);
  });

  it('should give up a connection that hears a voice and emits nothing, once it was asked', () => {
    const service = new Service();
    call(service, concat(live(50), voiced(400), NEVER), [], { until: 9_000 });
    expect(service.connections).toBe(1);
    expect(service.notices).toHaveLength(1);
    expect(service.sent.filter(({ what }) => what === 'Finalize').map(({ at }) => at)).toEqual([5_020]);
    expect(service.sent.at(-1)!.at).toBe(6_020); // 5 s after the voice began
  });

  it('should leave a service alone that answers noise when it is asked, and says nothing of its own', () => {
    const service = new Service();
    const dialect = nova(service, {
      finalize: () => {
        service.note('Finalize');
        service.tell({ ...results(0, 1, '', 0, true), from_finalize: true });
      },
    });
    call(service, concat(live(50), voiced(3_000), NEVER), [], { dialect, until: 62_000 });
    expect([service.frames().length, service.connections]).toEqual([3_050, 1]);
  });

  it.each<[string, object]>([
    ['Nova', {}],
    ['Flux', { finalize: undefined, keepAlive: undefined, turns: () => new FluxTurns({ maxMs: 20_000 }) }],
  ])('should end nothing in an hour of silence, though %s says nothing', (_, more) => {
    const service = new Service();
    const hour = 3_600_000 / 20;
    const { completedAt, failed } = call(service, concat(quiet(hour), NEVER), [], {
      dialect: nova(service, more),
      until: 3_601_000,
    });
    expect([completedAt, failed, service.connections]).toEqual([undefined, undefined, 1]);
    expect(service.notices.filter(({ type }) => type === 'warning')).toEqual([]);
    expect(service.frames()).toHaveLength(hour);
  });

  it('should end the turn of a service that says nothing in silence, once', () => {
    const service = new Service();
    const { values } = call(
      service,
      concat(quiet(1_000), NEVER),
      [[1_000, () => service.tell(results(0, 1, 'Well', 0.9))]],
      { until: 15_000 },
    );
    expect(values.map(({ value: { type } }) => type)).toEqual([
      'speechStart',
      'interim',
      'final',
      'utteranceEnd',
    ]);
    expect(values.at(-1)!.at).toBeLessThan(4_500);
    expect(service.connections).toBe(1);
  });

  it.each([
    ['steady', (index: number) => (index < 75 ? 3_000 : 0)],
    ['steady, over noise', (index: number) => (index < 75 ? 3_000 : 100)],
    ['fading', (index: number) => (index < 75 ? 3_000 - 20 * index : 30)],
  ])(
    'should not end the turn while the end of a voice has no answer, but send the audio again: %s',
    (_, sample) => {
      const service = new Service();
      const frame$ = interval(20).pipe(
        map(index => ({ sampleRate: 16_000, pcm: new Int16Array(320).fill(sample(index)) })),
      );
      const { values } = call(
        service,
        frame$,
        [
          [1_000, () => service.tell(results(0, 1, 'Well', 0.9))],
          [6_200, () => service.connections === 1 && service.open()],
        ],
        { until: 9_000 },
      );
      expect(values.map(({ value: { type } }) => type)).not.toContain('utteranceEnd');
      expect(service.frames(2).slice(0, 3)).toEqual([0, 1, 2].map(sample));
    },
  );

  it('should keep a connection open while the input sends nothing', () => {
    const service = new Service();
    call(service, NEVER, [], { until: 13_000 });
    // A connection that never hears audio is closed whatever it says: the first is a bit of silence.
    expect(service.sent.map(({ what, at }) => [what, at])).toEqual([
      [0, 4_000],
      ['KeepAlive', 8_000],
      ['KeepAlive', 12_000],
    ]);
  });

  it('should end a turn when the input stops sending in the middle of it', () => {
    const service = new Service();
    const { values } = call(
      service,
      concat(live(50), NEVER),
      [[1_000, () => service.tell(results(0, 1, 'Well', 0.9))]],
      { until: 5_000 },
    );
    expect(service.sent.flatMap(({ what, at }) => (what === 'Finalize' ? [at] : []))[0]).toBe(2_500);
    expect(values.at(-1)).toEqual({ at: 3_000, value: { type: 'utteranceEnd', end: 900 } });
  });

  it('should have Flux go on in a pause of the input by silence, which moves no position', () => {
    const service = new Service();
    const dialect: Dialect<SdkSocket> = {
      turns: () => new FluxTurns({ maxMs: 20_000 }),
      close: () => service.hang(),
      isTalkative: true,
      chunkMs: 80,
    };
    const turn = (event: string, to: number): ServerMessage => ({
      type: 'TurnInfo',
      event,
      transcript: 'Yes',
      words: [{ word: 'Yes', start: to - 0.4, end: to }],
      audio_window_start: 0,
      audio_window_end: to + 0.2,
    });
    const { values } = call(
      service,
      concat(live(49), timer(3_000).pipe(ignoreElements()), live(51), NEVER),
      [
        [800, () => service.tell(turn('StartOfTurn', 0.6))],
        [3_200, () => service.tell(turn('EndOfTurn', 0.6))],
        [5_500, () => service.tell(turn('EndOfTurn', 3.6))],
      ],
      { dialect, until: 6_000 },
    );
    const silences = service.sent.filter(({ at }) => at > 1_300 && at < 3_900);
    expect(silences.map(({ at }) => at)).toEqual([1_500, 1_500, 2_000, 2_500, 3_000]); // first the rest of a message
    // 980 ms of the call and 2 s of silence were sent when the second part began.
    expect(values.flatMap(({ value }) => (value.type === 'utteranceEnd' ? [value.end] : []))).toEqual([
      600,
      980 + 3_600 - 2_980,
    ]);
  });

  it('should open a connection of the rate that the input has', () => {
    const rates: number[] = [];
    const service = new Service();
    const frame$ = interval(20).pipe(
      take(10),
      map(index => numbered(index, 8_000)),
    );
    virtualTime(() =>
      transcribeCall(
        frame$,
        rate => {
          rates.push(rate);
          return service.line$;
        },
        16_000,
        nova(service),
        {
          bufferMs: 30_000,
          timeoutMs: 5_000,
          silenceMs: 1_500,
          stage: { who: 'Deepgram' },
          notify: () => undefined,
        },
      ),
    );
    expect([rates, service.frames(2)]).toEqual([[16_000, 8_000], upTo(10)]);
  });

  it('should leave nothing behind when it is unsubscribed', () => {
    const service = new Service();
    let isListening = false;
    call(
      service,
      live(500).pipe(
        tap({ subscribe: () => (isListening = true), unsubscribe: () => (isListening = false) }),
      ),
      [],
      {
        until: 1_000,
      },
    );
    expect([isListening, service.lines[0]?.closed, service.isObserved]).toEqual([false, true, false]);
  });

  it('should complete at once when there was no audio', () => {
    const service = new Service();
    expect(call(service, of()).completedAt).toBe(0);
    expect(service.sent).toEqual([]);
  });

  it('should never send a message without bytes', () => {
    const service = new Service();
    call(service, of(silence(0), numbered(1), silence(0)));
    expect(service.sent.map(({ what }) => what)).toEqual([1, 'CloseStream']);
  });

  describe('when the program ends the turn', () => {
    const flux = (service: Service): Dialect<SdkSocket> => ({
      turns: () => new FluxTurns({ maxMs: 20_000 }),
      close: () => service.hang(),
      endTurn: () => service.note('ForceEndTurn'),
      isTalkative: true,
      chunkMs: 0,
    });
    const turn = (event: string, to: number, transcript: string): ServerMessage => ({
      type: 'TurnInfo',
      event,
      turn_index: 0,
      transcript,
      words: transcript
        .split(' ')
        .map((word, index) => ({ word, start: index * 0.4, end: index * 0.4 + 0.3 })),
      audio_window_start: 0,
      audio_window_end: to,
    });
    const end = (service: Service): void => service.endTurn();
    const shown = (run: ReturnType<typeof call>) =>
      run.values.map(({ at, value }) => [at, value.type, 'text' in value ? value.text : undefined]);
    const ended = { type: 'utteranceEnd', decided: true };

    it('should have Nova finish, and end the turn with its answer', () => {
      const service = new Service();
      const run = call(
        service,
        concat(live(100), NEVER),
        [
          [1_000, () => service.tell(results(0, 1, 'Book', 0.9))],
          [1_200, () => end(service)],
          [1_300, () => service.tell({ ...results(0, 1.2, 'Booked', 0.9, true), from_finalize: true })],
        ],
        { until: 3_000 },
      );
      expect(service.sent.find(({ what }) => what === 'Finalize')?.at).toBe(1_200);
      expect(shown(run).slice(2)).toEqual([
        [1_300, 'final', 'Booked'],
        [1_300, 'utteranceEnd', undefined],
      ]);
      expect(run.values.at(-1)?.value).toMatchObject(ended);
    });

    it('should end the turn with the words so far where no answer comes', () => {
      const service = new Service();
      const run = call(
        service,
        concat(live(100), NEVER),
        [
          [1_000, () => service.tell(results(0, 1, 'Book', 0.9))],
          [1_200, () => end(service)],
        ],
        { until: 3_000 },
      );
      expect(shown(run).slice(2)).toEqual([
        [1_750, 'final', 'Book'],
        [1_750, 'utteranceEnd', undefined],
      ]);
      expect(run.values.at(-1)?.value).toMatchObject(ended);
    });

    it('should have Flux end the turn, also one whose words come a moment later, and give no word twice', () => {
      const service = new Service();
      const run = call(
        service,
        concat(live(60), NEVER),
        [
          [1_200, () => end(service)],
          [1_300, () => service.tell(turn('StartOfTurn', 1.2, 'Book a'))],
          [1_400, () => service.tell({ ...turn('EndOfTurn', 1.3, 'Book a table'), trigger: 'manual' })],
          [1_500, () => service.tell({ ...turn('EndOfTurn', 1.3, 'Book a table'), trigger: 'manual' })],
        ],
        { dialect: flux(service), until: 3_000 },
      );
      expect(service.sent.filter(({ what }) => what === 'ForceEndTurn').map(({ at }) => at)).toEqual([1_300]);
      expect(shown(run).slice(2)).toEqual([
        [1_400, 'final', 'Book a table'],
        [1_400, 'utteranceEnd', undefined],
      ]);
      expect(run.values.at(-1)?.value).toMatchObject(ended);
    });

    it('should end nothing where nothing was said', () => {
      for (const dialect of [nova, flux]) {
        const service = new Service();
        const run = call(service, concat(live(60), NEVER), [[1_000, () => end(service)]], {
          dialect: dialect(service),
          until: 3_000,
        });
        expect(shown(run)).toEqual([]);
        expect(service.sent.some(({ what }) => what === 'ForceEndTurn')).toBe(false);
      }
    });

    it('should wait for a connection that is lost: what was said before is heard first', () => {
      const service = new Service();
      const run = call(
        service,
        concat(live(100), NEVER),
        [
          [900, () => service.lose()],
          [1_000, () => end(service)],
          [2_200, () => service.open()],
          [2_900, () => service.tell(results(0, 1, 'Book', 0.9))],
          [3_000, () => service.tell({ ...results(0, 1, 'Book it', 0.9, true), from_finalize: true })],
        ],
        { until: 6_000 },
      );
      expect(shown(run).slice(2)).toEqual([
        [3_000, 'final', 'Book it'],
        [3_000, 'utteranceEnd', undefined],
      ]);
    });
  });
});
