import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silence } from '../../../lib/audio/frame.ts';
import { AudioLog } from '../../../lib/providers/socket/audioLog.ts';
import { AudioMap } from '../../../lib/providers/socket/audioMap.ts';
import { deepgramConnection } from '../../../lib/providers/deepgram/deepgramConnection.ts';
import { deepgramSdk } from '../../../lib/providers/deepgram/deepgramSdk.ts';
import { closedError, refusedError } from '../../../lib/providers/deepgram/deepgramError.ts';
import { FlushBudget } from '../../../lib/providers/deepgram/flushBudget.ts';
import { PcmFrames } from '../../../lib/audio/pcmFrames.ts';
import { splitText } from '../../../lib/tts/splitText.ts';

describe('splitText', () => {
  it('should cut after sentences, else between words, else anywhere', () => {
    expect(splitText('One two. Three four. Five', 15)).toEqual(['One two. ', 'Three four. ', 'Five']);
    expect(splitText('one two three four', 9)).toEqual(['one two ', 'three ', 'four']);
    expect(splitText('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
  });

  it('should lose nothing and keep to the limit, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, limit) => {
        const pieces = splitText(text, limit);
        expect(pieces.join('')).toBe(text);
        expect(pieces.every(piece => piece.length <= limit && !/^[\udc00-\udfff]/u.test(piece))).toBe(true);
      }),
    );
  });
});

describe('PcmFrames', () => {
  it('should give the same samples however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat({ max: 200 })), (bytes, cuts) => {
        const pcm = new PcmFrames(16_000);
        const at = [0, ...cuts.map(cut => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        const samples = at
          .slice(1)
          .flatMap((end, index) => [...(pcm.next(bytes.slice(at[index], end))?.pcm ?? [])]);
        const whole = bytes.slice(0, bytes.length - (bytes.length % 2));
        expect(samples).toEqual([...new Int16Array(whole.buffer)]);
      }),
    );
  });
});

describe('PcmFrames with a part to leave out', () => {
  it('should leave out a length, over any number of frames', () => {
    const pcm = new PcmFrames(1_000, 3);
    const bytes = (...samples: number[]): Uint8Array => new Uint8Array(new Int16Array(samples).buffer);
    expect([bytes(1, 2), bytes(3, 4, 5), bytes(6)].map(piece => [...(pcm.next(piece)?.pcm ?? [])])).toEqual([
      [],
      [4, 5],
      [6],
    ]);
  });
});

describe('AudioMap', () => {
  it('should map a position on a connection to one in the call', () => {
    const map = new AudioMap();
    map.sent(5_000, 20);
    map.sent(5_020, 20);
    map.silence(500);
    map.sent(5_040, 100);
    map.sent(9_000, 100); // a part was given up
    expect([0, 30, 40, 400, 540, 600, 639, 640, 700].map(at => map.toCall(at))).toEqual([
      5_000, 5_030, 5_040, 5_040, 5_040, 5_100, 5_139, 9_000, 9_060,
    ]);
  });
});

describe('AudioLog', () => {
  it('should keep what may have to be heard again', () => {
    const log = new AudioLog();
    for (let frame = 0; frame < 10; frame++) log.push(silence(20));
    log.forget(50);
    expect([log.first, log.keptMs, log.at(1), log.startMs]).toEqual([2, 160, undefined, 40]);
    expect([log.at(2), log.at(9), log.at(10)]).toEqual([silence(20), silence(20), undefined]);
    expect(log.trim(100)).toBe(60);
    expect([log.first, log.keptMs, log.endMs]).toEqual([5, 100, 200]);
  });
});

describe('FlushBudget', () => {
  it('should give what was spent back as time passes', () => {
    const budget = new FlushBudget(2);
    budget.spend(0);
    budget.spend(1_000);
    expect([budget.left(1_000), budget.waitMs(1_000), budget.left(64_000), budget.waitMs(64_000)]).toEqual([
      0, 63_000, 1, 0,
    ]);
  });
});

describe('the connection to Deepgram', () => {
  it('should say what is missing or wrong, and never show the key', () => {
    const problem = (options: Parameters<typeof deepgramConnection>[0]): string => {
      try {
        deepgramConnection(options);
        return '';
      } catch (error) {
        return String(error);
      }
    };
    expect(problem({ apiKey: '' })).toMatch(/apiKey is missing.*DEEPGRAM_API_KEY/u);
    expect(problem({ apiKey: 'se cret' })).toMatch(/copy it again/u);
    expect(problem({ apiKey: 'se cret' })).not.toMatch(/cret/u);
    expect(problem({ apiKey: 'k', baseURL: 'localhost' })).toMatch(/baseURL is 'localhost'/u);
    expect(problem({ apiKey: 'k', headers: { 'x-a': 'b\nc' } })).toMatch(/headers has an entry 'x-a'/u);
    expect(problem({ apiKey: 'k', baseURL: 'ftp://me:cr@et@host' })).toMatch(/baseURL is 'ftp:\/\/…@host'/u);
    for (const extra of ['me:cret@host', 'host/#cret', 'host?x=1', 'host/v1?', 'host#'])
      expect(problem({ apiKey: 'k', baseURL: `https://${extra}` })).toMatch(
        /baseURL is '[^']*(?<!cret(?:@host)?)', but must be without/u,
      );
    expect(problem({ baseURL: 'ws://127.0.0.1:1' })).toBe('');
    expect(problem({ apiKey: 'Bearer token' })).toBe('');
  });

  it('should name the install line when the SDK is missing', () => {
    expect(() =>
      deepgramSdk(() => {
        throw new Error('no');
      }),
    ).toThrow(/npm i @deepgram\/sdk/u);
  });
});

describe('a refusal', () => {
  const request = { who: 'Deepgram', apiKey: 'secret-key', stage: 'tts', model: 'aura-2' } as const;
  const refusal = (status: number, body = '', headers: Record<string, string> = {}, apiKey?: string) =>
    refusedError(
      { status, body, header: name => headers[name] },
      { ...request, ...(apiKey !== undefined && { apiKey }) },
    );

  it('should say what to do, and whether another attempt may help', () => {
    const cases: [number, RegExp, boolean][] = [
      [401, /check apiKey/u, false],
      [402, /no credit/u, false],
      [403, /check the spelling of model; .*no access to the model 'aura-2'/u, false],
      [404, /check baseURL and model/u, false],
      [413, /too long/u, false],
      [429, /wait, or have the limit raised/u, true],
      [408, /too busy/u, true],
      [503, /trouble of its own/u, true],
    ];
    for (const [status, text, retryable] of cases) {
      const error = refusal(status);
      expect(error.message).toMatch(text);
      expect([error.retryable, error.stage]).toEqual([retryable, 'tts']);
    }
  });

  it('should read the reason from the header, or a body of either form, and leave the key out', () => {
    const header = refusal(400, '', { 'dg-error': 'Bad sample_rate', 'dg-request-id': 'r1' });
    expect(header.message).toBe(
      'Deepgram does not accept the request: Bad sample_rate (HTTP 400, request r1).',
    );
    expect(refusal(400, '{"err_code":"X","err_msg":"No such thing.","request_id":"r2"}').message).toMatch(
      /: No such thing \(HTTP 400, X, request r2\)/u,
    );
    expect(refusal(400, '{"category":"INVALID_JSON","message":"Broken"}').message).toMatch(/: Broken/u);
    expect(refusal(400, '<html>').message).toBe('Deepgram does not accept the request (HTTP 400).');
    expect(refusal(400, '', { 'dg-error': 'Key secret-key' }).message).not.toMatch(/secret/u);
  });

  it('should leave the key out wherever it is quoted, with or without its scheme', () => {
    const told = JSON.stringify({
      err_code: 'BAD_secret-key',
      err_msg: 'No secret-key',
      request_id: 'secret-key',
    });
    for (const apiKey of ['secret-key', 'Bearer secret-key', 'Token secret-key']) {
      expect(refusal(400, told, {}, apiKey).message).toBe('Deepgram does not accept the request (HTTP 400).');
      expect(closedError(4000, 'No secret-key', { ...request, apiKey }).message).toBe(
        'Deepgram closed the connection (close code 4000).',
      );
    }
  });

  it('should not mind fields that are no texts', () => {
    expect(refusal(400, '{"err_code":{},"category":"X","err_msg":7,"request_id":[]}').message).toBe(
      'Deepgram does not accept the request (HTTP 400, X).',
    );
  });
});
