import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SentAudio } from '../../lib/browser/sentAudio.ts';
import { Transcript } from '../../lib/browser/transcript.ts';
import { JitterBuffer } from '../../lib/browser/worklet/jitterBuffer.ts';
import { Resampler } from '../../lib/browser/worklet/resampler.ts';

const pcm = (length: number, value = 1): Int16Array => new Int16Array(length).fill(value);

describe('the jitter buffer of the browser', () => {
  it('should begin when a little has come, and play it in order', () => {
    const buffer = new JitterBuffer();
    buffer.begin(1, 0);
    buffer.add(pcm(320, 16_384));
    expect(buffer.read(128)).toHaveLength(0);
    buffer.add(pcm(320, -16_384));
    expect([...buffer.read(128)]).toEqual(Array(128).fill(0.5));
    buffer.read(192);
    expect(buffer.read(128)[0]).toBe(-0.5);
    expect(buffer.played).toBe(448);
  });

  it('should play a reply that is shorter than the buffer, and report its end', () => {
    const buffer = new JitterBuffer();
    buffer.begin(1, 0);
    buffer.add(pcm(100));
    expect(buffer.finished).toBe(false);
    buffer.end(100);
    expect(buffer.read(128)).toHaveLength(100);
    expect(buffer).toMatchObject({ finished: true, underruns: 0 });
  });

  it('should neither play nor report a codec’s output beyond the end', () => {
    const buffer = new JitterBuffer();
    buffer.begin(1, 0);
    buffer.add(pcm(1_000));
    expect(buffer.read(700)).toHaveLength(700);
    buffer.end(960);
    expect(buffer.read(320)).toHaveLength(260);
    expect(buffer).toMatchObject({ finished: true, played: 960, underruns: 0 });
    buffer.begin(2, 0);
    buffer.add(pcm(1_000));
    buffer.read(1_000);
    buffer.end(990); // too late: it was played
    expect(buffer).toMatchObject({ finished: true, played: 990 });
  });

  it('should wait for more each time it runs dry in the middle', () => {
    const buffer = new JitterBuffer();
    buffer.begin(1, 0);
    buffer.add(pcm(640));
    buffer.read(1_000);
    expect(buffer.underruns).toBe(1);
    buffer.add(pcm(640));
    expect(buffer.read(128)).toHaveLength(0);
    buffer.add(pcm(640));
    expect(buffer.read(128)).toHaveLength(128);
  });

  it('should be silent at once when it is cleared, and begin the next reply from its start', () => {
    const buffer = new JitterBuffer();
    buffer.begin(1, 0);
    buffer.add(pcm(16_000));
    buffer.read(128);
    buffer.clear();
    expect(buffer.read(128)).toHaveLength(0);
    expect(buffer).toMatchObject({ reply: 0, underruns: 0, finished: false });
    buffer.begin(2, 0);
    buffer.add(pcm(1_000));
    buffer.read(128);
    expect(buffer).toMatchObject({ reply: 2, played: 128 });
  });

  it('should go on where it was when the same reply comes over a new connection', () => {
    const buffer = new JitterBuffer();
    buffer.begin(1, 0);
    buffer.add(pcm(1_000));
    buffer.read(600);
    buffer.begin(1, 800);
    expect(buffer.read(200)).toHaveLength(200);
    expect(buffer.played).toBe(800);
  });
});

describe('what was said while the network was gone', () => {
  it('should be sent again from where the server’s audio ends, to the sample', () => {
    const sent = new SentAudio(16_000);
    for (let value = 1; value <= 5; value++) sent.add(pcm(320, value));
    sent.acknowledge(640);
    expect(sent.missing(700).map(piece => [piece.length, piece[0]])).toEqual([
      [260, 3],
      [320, 4],
      [320, 5],
    ]);
    expect(sent.missing(1_600)).toEqual([]);
  });

  it('should be bounded', () => {
    const sent = new SentAudio(640);
    for (let value = 1; value <= 5; value++) sent.add(pcm(320, value));
    expect(sent.missing(0).map(piece => piece[0])).toEqual([4, 5]);
  });
});

describe('the transcript of a page', () => {
  const speaking = (sentence: number, text: string) =>
    ({ type: 'bot.speaking', turn: 1, sentence, text }) as const;

  it('should show the heard part of the answer by the audio that the loudspeaker has played', () => {
    const transcript = new Transcript();
    transcript.happened({ type: 'user.interim', turn: 1, text: 'Hel' });
    transcript.happened({ type: 'user.said', turn: 1, text: 'Hello.', silenceMs: 0 });
    transcript.happened(speaking(0, 'One two.'), 0);
    transcript.happened(speaking(1, 'Three four.'), 16_000);
    transcript.ended(32_000);
    const heard = (samples: number): string | undefined => {
      transcript.played(samples);
      return transcript.lines.at(-1)?.heard;
    };
    expect([heard(0), heard(8_000), heard(16_000), heard(24_000), heard(32_000)]).toEqual([
      '',
      'One',
      'One two.',
      'One two. Three',
      'One two. Three four.',
    ]);
    expect(transcript.lines.map(({ who, text, state }) => [who, text, state])).toEqual([
      ['user', 'Hello.', 'done'],
      ['bot', 'One two. Three four.', 'open'],
    ]);
  });

  it('should go on where it was after a pause, of which the audio comes as another', () => {
    const transcript = new Transcript();
    transcript.happened(speaking(0, 'One two three four.'), 0);
    transcript.ended(32_000);
    transcript.played(16_000);
    transcript.happened({ type: 'bot.paused', turn: 1, heard: 'One two', audioMs: 1_000 });
    transcript.happened({ type: 'user.interim', turn: 2, text: 'Yeah.' });
    transcript.happened({ type: 'user.ignored', turn: 2, text: 'Yeah.', reason: 'backchannel' });
    transcript.happened({ type: 'bot.resumed', turn: 1 });
    transcript.happened(speaking(1, 'Five six.'), 16_000);
    transcript.played(16_000); // of the remaining audio
    expect(transcript.lines.map(({ who, heard, state }) => [who, heard, state])).toEqual([
      ['bot', 'One two three four.', 'open'],
      ['user', 'Yeah.', 'ignored'],
    ]);
    transcript.ended(32_000);
    transcript.played(32_000);
    expect(transcript.lines[0]!.heard).toBe('One two three four. Five six.');
  });

  it('should give what the bot says unasked a line each', () => {
    const transcript = new Transcript();
    for (const text of ['Welcome.', 'Are you there?']) {
      transcript.happened({ type: 'bot.speaking', turn: 0, sentence: 0, text }, 0);
      transcript.happened({ type: 'bot.spoke', turn: 0, text, audioMs: 500 });
    }
    expect(transcript.lines.map(({ text }) => text)).toEqual(['Welcome.', 'Are you there?']);
  });

  it('should end with the heard words as the server reports them', () => {
    const transcript = new Transcript();
    transcript.happened(speaking(0, 'One two.'), 0);
    transcript.happened({ type: 'bot.interrupted', turn: 1, heard: 'One', text: 'One two.', audioMs: 500 });
    transcript.played(16_000); // of a reply that is over
    expect(transcript.lines).toEqual([
      { who: 'bot', turn: 1, text: 'One two.', heard: 'One', state: 'interrupted' },
    ]);
    transcript.happened({ type: 'user.heard', turn: 1, heard: 'One two' });
    expect(transcript.lines[0]).toMatchObject({ heard: 'One two', state: 'interrupted' });
    transcript.happened({ type: 'turn.failed', turn: 2, stage: 'llm', heard: '', audioMs: 0 });
    expect(transcript.lines[1]).toMatchObject({ text: '', state: 'failed', failed: 'llm' });
  });
});

describe('the resampler of the browser', () => {
  const tone = (hertz: number, rate: number, seconds = 0.5): Float32Array =>
    Float32Array.from({ length: rate * seconds }, (_, at) => Math.sin((2 * Math.PI * hertz * at) / rate));
  const level = (samples: Float32Array): number =>
    Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  /** In blocks of 128, as a worklet gets them. */
  const through = (samples: Float32Array, from: number, to: number): Float32Array => {
    const resampler = new Resampler(from, to);
    const out: number[] = [];
    for (let at = 0; at < samples.length; at += 128)
      out.push(...resampler.process(samples.subarray(at, at + 128)));
    return Float32Array.from(out);
  };

  it.each([
    [48_000, 16_000],
    [44_100, 16_000],
    [16_000, 48_000],
    [16_000, 44_100],
    [16_000, 16_000],
  ])(
    'should keep the length and the voice, and bring nothing in that was not there, from %i to %i Hz',
    (from, to) => {
      const out = through(tone(1_000, from), from, to);
      expect(Math.abs(out.length - to / 2)).toBeLessThan(to / 200);
      const steady = out.subarray(to / 20);
      expect(level(steady)).toBeCloseTo(Math.SQRT1_2, 2);
      // The remainder without the tone.
      const [sine, cosine] = [Math.sin, Math.cos].map(wave =>
        steady.reduce((sum, sample, at) => sum + sample * wave((2 * Math.PI * 1_000 * at) / to), 0),
      );
      const amplitude = (2 * Math.hypot(sine!, cosine!)) / steady.length;
      expect(Math.abs(level(steady) - amplitude * Math.SQRT1_2)).toBeLessThan(0.002);
    },
  );

  it('should cut what the wire can not hold', () => {
    expect(level(through(tone(12_000, 48_000), 48_000, 16_000).subarray(800))).toBeLessThan(0.003);
    expect(level(through(tone(6_000, 48_000), 48_000, 16_000).subarray(800))).toBeGreaterThan(0.68);
  });
});

describe('the bundles', () => {
  // The README states these; a page pays for them.
  it.each([
    ['index.js', 9],
    ['rxvoice.global.js', 17],
  ])('should be small: %s at most %i kB, compressed', (name, most) => {
    const file = join(import.meta.dirname, '../../dist/lib/browser', name);
    expect(gzipSync(readFileSync(file)).byteLength).toBeLessThan(most * 1000);
  });
});
