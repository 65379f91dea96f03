import { inspect } from 'node:util';
import { catchError, lastValueFrom, type Observable, of, reduce, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { type AudioFrame, frameMs } from '../../../lib/audio/frame.ts';
import type { Notice } from '../../../lib/engine.ts';
import { RxvoiceError } from '../../../lib/errors.ts';
import { deepgramStt, deepgramTts } from '../../../lib/providers/deepgram/index.ts';
import type { SttEvent } from '../../../lib/stt/stt.ts';
import {
  type DeepgramServer,
  deepgramServer,
  type DeepgramServerOptions,
  type Fault,
  scriptedInput,
} from '../../../lib/testing/index.ts';

const apiKey = 'sk-0123456789abcdef-secret';
/** Runs something against a server; when it is done, nothing may be open that a server can notice. */
const against = async <Result>(
  options: DeepgramServerOptions,
  fault: Fault | undefined,
  run: (server: DeepgramServer) => Promise<Result>,
): Promise<Result> => {
  const server = await deepgramServer(options);
  try {
    const result = await run(server);
    if (fault !== 'half-open' && fault !== 'no-answer')
      await vi.waitFor(() => expect(server.connections).toBe(0), { timeout: 20_000 });
    return result;
  } finally {
    await server.close();
  }
};

interface Heard {
  readonly transcripts: readonly SttEvent[];
  readonly notices: readonly Notice[];
  readonly error: unknown;
  /** How many connections there were. */
  readonly opened: number;
}

const sentence = 'Hello there my good friend.';
/** A sentence from 300 ms to 1.3 s of the call, whatever befalls the first connection. */
const hear = async (
  fault: Fault | undefined,
  options: Parameters<typeof deepgramStt>[0] = {},
  rule: object = { nth: 1, after: 3 },
): Promise<Heard> => {
  const server: DeepgramServerOptions = {
    script: [{ from: 300, to: 1_300, text: sentence }],
    latencies: { interimEveryMs: 200 },
    ...(fault && { faults: [{ fault, ...rule }] }),
  };
  return against(server, fault, async ({ url, events }) => {
    // Only where nothing else shows that a connection is lost: a busy machine takes its time.
    const isSilent = fault === 'stall' || fault === 'half-open' || fault === 'no-answer' || fault === 'mute';
    const stt = deepgramStt({ apiKey, baseURL: url, ...(isSilent && { timeoutMs: 600 }), ...options });
    const notices: Notice[] = [];
    let error: unknown;
    const listening = stt.notice$!.subscribe(notice => notices.push(notice));
    const transcripts = await lastValueFrom(
      scriptedInput(2_500).pipe(
        stt,
        catchError((cause: unknown) => {
          error = cause;
          return [];
        }),
        toArray(),
      ),
    );
    listening.unsubscribe();
    return { transcripts, notices, error, opened: events.filter(({ type }) => type === 'opened').length };
  });
};
const finals = ({ transcripts }: Heard): string[] =>
  transcripts.flatMap(transcript => (transcript.type === 'final' ? [transcript.text] : []));
const count = ({ transcripts }: Heard, type: SttEvent['type']): number =>
  transcripts.filter(transcript => transcript.type === type).length;

const lossy = [
  'cut',
  'end',
  'stall',
  'half-open',
  'bad-frame',
  'error-frame',
  'net-0000',
  'net-0001',
] as const;
const harmless = ['garbage', 'unknown-messages', 'close-1005', 'throttle', 'no-finalize'] as const;
const refusals = ['500', '503-html', '429', '429-retry-after', '408', 'no-answer'] as const;

describe.each(['nova-3', 'flux-general-en'])('deepgramStt %s on a bad day', model => {
  it.concurrent.each(lossy)(
    'should lose no word when the connection is lost in the middle of one: %s',
    async fault => {
      const heard = await hear(fault, { model });
      expect(heard.error).toBeUndefined();
      expect(finals(heard)).toEqual([sentence]);
      expect([count(heard, 'speechStart'), count(heard, 'utteranceEnd')]).toEqual([1, 1]);
      expect(heard.transcripts.at(-1)).toMatchObject({ type: 'utteranceEnd', end: 1_300 });
      expect(heard.notices.map(({ type }) => type).filter(type => type === 'connected')).toHaveLength(2);
      expect(heard.notices.filter(({ type }) => type === 'warning').length).toBeGreaterThan(0);
    },
  );

  it.concurrent.each(harmless)('should not mind %s', async fault => {
    const heard = await hear(fault, { model }, { afterMs: 400 });
    expect([heard.error, finals(heard)]).toEqual([undefined, [sentence]]);
  });

  it.concurrent.each([...refusals, 'mute'] as const)(
    'should try again when the first connection fails, and hear all of it: %s',
    async fault => {
      const heard = await hear(fault, { model }, { nth: 1 });
      expect([heard.error, finals(heard)]).toEqual([undefined, [sentence]]);
    },
  );

  it.concurrent.each(['400', '401', '402', '403', '404', 'quota'] as const)(
    'should ask once only, and say what to do: %s',
    async fault => {
      const { error, opened, notices } = await hear(fault, { model }, {});
      expect(error).toMatchObject({ stage: 'stt', retryable: false });
      expect(opened).toBe(1);
      expect(notices).toEqual([]);
    },
  );

  it.concurrent.each(['500', 'refused', 'cut'] as const)(
    'should give up when the time is up: %s',
    async fault => {
      const { error, notices } = await hear(fault, { model, outageMs: 1_200 }, { afterMs: 50 });
      expect(error).toMatchObject({ stage: 'stt', retryable: true });
      expect(String(error)).toMatch(/last of [3-7] attempts in a row, over 1\.\d s/u);
      expect(notices.filter(({ type }) => type === 'warning')).toHaveLength(1);
    },
  );

  it.concurrent('should show its key in no error or notice', async () => {
    const all = await Promise.all(
      (['401', '500', 'refused', 'error-frame', 'no-answer'] as const).map(fault =>
        hear(fault, { model, outageMs: 1_200 }, {}),
      ),
    );
    for (const { error, notices } of all)
      expect(inspect([error, notices], { depth: 9 })).not.toMatch(/secret/u);
  });
});

describe('deepgramStt nova-3 without the signals it counts on', () => {
  it.concurrent.each(['no-speech-final', 'no-endpoint'] as const)(
    'should end the turn all the same, once: %s',
    async fault => {
      const heard = await hear(fault, { silenceMs: 700 }, {});
      expect(finals(heard)).toEqual([sentence]);
      expect(count(heard, 'utteranceEnd')).toBe(1);
    },
  );
});

/** Says two sentences; the first connection meets the fault in the middle of the first. */
const say = async (
  fault: Fault | undefined,
  options: Parameters<typeof deepgramTts>[0] = {},
  rule: object = { nth: 1, after: 3 },
) => {
  const server: DeepgramServerOptions = {
    latencies: { ttsMs: 50, ttsSpeed: 20 },
    ...(fault && { faults: [{ fault, ...rule }] }),
  };
  return against(server, fault, async ({ url, events }) => {
    const engine = deepgramTts({ apiKey, baseURL: url, timeoutMs: 600, ...options });
    const tts = engine.session?.() ?? engine;
    const notices: Notice[] = [];
    const listening = tts.notice$?.subscribe(notice => notices.push(notice));
    const held = tts.warm$?.subscribe({ error: () => undefined });
    const length = (audio$: Observable<AudioFrame>): Promise<unknown> =>
      lastValueFrom(
        audio$.pipe(
          reduce((sum, frame) => sum + frameMs(frame), 0),
          catchError((error: unknown) => of(error)),
        ),
      );
    const lengths = await Promise.all([length(tts('Hello there.')), length(tts('How are you?'))]);
    listening?.unsubscribe();
    held?.unsubscribe();
    return { lengths, notices, opened: events.filter(({ type }) => type === 'opened').length };
  });
};
const wholeMs = 12 * 60;

const voices = [
  ['Aura over a WebSocket', {}],
  ['a Flux voice', { model: 'flux-alexis-en' }],
  ['Aura by requests', { transport: 'rest' }],
] as const;
describe.each(voices)('deepgramTts on a bad day: %s', (name, options) => {
  const isRest = name === 'Aura by requests';

  it.concurrent.each(['cut', 'stall', 'end', 'half-open'] as const)(
    'should speak every sentence whole: %s',
    async fault => {
      const { lengths } = await say(fault, options);
      if (!isRest) return expect(lengths).toEqual([wholeMs, wholeMs]);
      // A request that broke off after its first audio can't be taken up again.
      expect(
        lengths.filter(length => RxvoiceError.is(length) || (length as number) < wholeMs),
      ).not.toHaveLength(2);
    },
  );

  it.concurrent.each(['500', '503-html', '429-retry-after', 'no-answer'] as const)(
    'should try again: %s',
    async fault => {
      expect((await say(fault, options, { nth: 1 })).lengths).toEqual([wholeMs, wholeMs]);
    },
  );

  it.concurrent.each(['401', '402', '403', '404'] as const)(
    'should fail at once, and say what to do: %s',
    async fault => {
      const { lengths, opened } = await say(fault, options, {});
      for (const error of lengths) {
        expect(error).toMatchObject({ stage: 'tts', retryable: false });
        expect(inspect(error, { depth: 9 })).not.toMatch(/secret/u);
      }
      expect(opened).toBeLessThanOrEqual(isRest ? 3 : 1); // by requests: one that opens the connection, and one a sentence
    },
  );

  it.concurrent.each(['refused', '500', 'no-answer'] as const)(
    'should give up in the end: %s',
    async fault => {
      const { lengths } = await say(fault, { ...options, outageMs: 1_200 }, {});
      for (const error of lengths) {
        expect(error).toMatchObject({ stage: 'tts', retryable: true });
        expect(inspect(error, { depth: 9 })).not.toMatch(/secret/u);
      }
    },
  );
});

describe('deepgramTts over a WebSocket that takes no more Flush messages', () => {
  it.each(['flush-limit', 'flush-limit-old'] as const)('should take another connection: %s', async fault => {
    const { lengths, notices } = await say(fault, {}, { nth: 1 });
    expect(lengths).toEqual([wholeMs, wholeMs]);
    expect(notices.some(notice => notice.type === 'warning' && /no more Flush/u.test(notice.message))).toBe(
      true,
    );
  });
});
