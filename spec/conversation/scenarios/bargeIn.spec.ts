import { asyncScheduler, from, map, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { remember } from '../../../lib/index.ts';
import { backchannels, interruption } from '../../../lib/operators.ts';
import type { BotState } from '../../../lib/conversation/botState.ts';
import type { Message } from '../../../lib/llm/message.ts';
import { toOutput } from '../../../lib/audio/toOutput.ts';
import { scriptedLlm, type ScriptedSpeech } from '../../../lib/testing/index.ts';
import type { Tts } from '../../../lib/tts/tts.ts';
import { type Call, figuresOf, outline, run } from '../call.ts';
import { engine } from './engine.ts';

/**
 * In every scenario the user asks until 1,500 ms, and the bot is heard from 2,240 ms on with 4,980 ms of story, unless
 * something happens.
 */
const question: ScriptedSpeech = { from: 500, to: 1_500, text: 'Tell me a story.' };
const story = 'Once upon a time there was a king. He had a daughter. She had a frog. They were happy.';
const firstHeard = 2_240;

/** A call in which the user also says this: an engine notices a voice after 100 ms, words as they are said. */
const hearing = (from: number, to: number, text: string, call: Partial<Call> = {}) => {
  const result = run({
    llm: scriptedLlm(story),
    says: [question, { from, to, text }],
    lasts: 20_000,
    ...call,
  });
  const told = ['user.speaking', 'user.said', 'user.ignored', 'user.noise', 'bot.paused', 'bot.resumed'];
  const ends = ['bot.spoke', 'bot.interrupted', 'turn.failed'];
  const outline = result.values
    .filter(({ at, value }) => at > 1_900 && [...told, ...ends].includes(value.type))
    .map(({ at, value }) => `${at} ${value.type}${'text' in value ? `: ${value.text}` : ''}`);
  return { ...result, outline };
};

const spoke = (at: number): string => `${at} bot.spoke: ${story}`;

describe('an interruption', () => {
  it('should silence the bot with the voice, and end the reply with the first word', () => {
    const { outline, values } = hearing(3_000, 4_000, 'Tell another one.');
    expect(outline.slice(0, 4)).toEqual([
      '3100 user.speaking',
      '3100 bot.paused',
      '3340 bot.interrupted: Once upon a time there was a king.',
      '4300 user.said: Tell another one.',
    ]);
    expect(figuresOf(values)[0]?.bargeIn).toBe(3_100 - 3_020); // from the first voiced frame to silence
  });

  it('should put in the history what was heard until the pause, not what came after', () => {
    const { events } = hearing(3_000, 4_000, 'Tell another one.');
    const history = events.reduce<readonly Message[]>(remember, []);
    expect(history[1]).toEqual({ role: 'assistant', content: 'Once upon a' });
  });

  it('should end the reply with the voice itself, if that is wanted', () => {
    const { outline } = hearing(3_000, 4_000, 'Tell another one.', { bargeIn: { onVoice: 'cut' } });
    expect(outline.slice(0, 2)).toEqual([
      '3100 user.speaking',
      '3100 bot.interrupted: Once upon a time there was a king.',
    ]);
  });

  it('should let the bot speak until there are words, if that is wanted', () => {
    const { outline } = hearing(3_000, 4_000, 'Tell another one.', { bargeIn: { onVoice: 'wait' } });
    expect(outline[1]).toBe('3340 bot.interrupted: Once upon a time there was a king.');
  });

  it('should need this many words', () => {
    const { outline } = hearing(3_000, 4_000, 'Tell another one.', { bargeIn: { minWords: 3 } });
    expect(outline[2]).toBe('4000 bot.interrupted: Once upon a time there was a king.');
    const short = hearing(3_000, 4_000, 'Another story.', { bargeIn: { minWords: 3 } });
    expect(short.outline.slice(2, 4)).toEqual(['4300 user.ignored: Another story.', '4300 bot.resumed']);
  });

  it('should take fewer words where they are words that always interrupt', () => {
    const { outline } = hearing(3_000, 3_400, 'Stop.', { bargeIn: { minWords: 3 } });
    expect(outline.slice(2, 4)).toEqual([
      '3400 bot.interrupted: Once upon a time there was a king.',
      '3700 user.said: Stop.',
    ]);
  });

  it('should be another thing while the bot thinks than while it speaks', () => {
    const bargeIn = { onVoice: 'wait', minWords: 4, thinking: { onVoice: 'cut' } } as const;
    const thinking = hearing(1_850, 2_500, 'A short one.', { bargeIn });
    expect(thinking.outline.slice(0, 3)).toEqual([
      '1960 user.speaking',
      '1960 bot.interrupted: ',
      '2800 user.said: A short one.',
    ]);
    const speaking = hearing(3_000, 4_000, 'A short one.', { bargeIn });
    expect(speaking.outline[1]).toBe('4300 user.ignored: A short one.');
  });
});

describe('a false interruption', () => {
  it('should pause the bot, which goes on where it was when no words come', () => {
    const { outline, alive } = hearing(3_000, 3_300, '');
    expect(outline).toEqual([
      '3100 user.speaking',
      '3100 bot.paused',
      '3600 user.noise',
      '3600 bot.resumed',
      spoke(firstHeard + 4_980 + 500), // as long as the pause later
    ]);
    expect(alive).toBe(0);
  });

  it('should not wait without a limit for an engine that never reports a noise', () => {
    const { outline } = hearing(3_000, 3_300, '', {
      stt: engine([
        [1_600, { type: 'final', text: 'Tell me a story.', end: 1_500 }],
        [1_800, { type: 'utteranceEnd', end: 1_500 }],
        [3_100, { type: 'speechStart', at: 3_000 }],
      ]),
    });
    expect(outline.slice(1, 3)).toEqual(['3100 bot.paused', '5100 bot.resumed']); // after 2,000 ms
  });

  it('should leave the bot alone where a voice was shorter than it must be', () => {
    const { outline } = hearing(3_000, 3_100, '', { bargeIn: { minVoiceMs: 500 } });
    expect(outline).toEqual(['3100 user.speaking', '3400 user.noise', spoke(firstHeard + 4_980)]);
    const longer = hearing(3_000, 4_000, 'Tell another one.', { bargeIn: { minVoiceMs: 300 } });
    expect(longer.outline[1]).toBe('3320 bot.paused'); // the frame with 3,000 ms arrived at 3,020
  });

  it('should repeat and lose not a sample, wherever it comes', () => {
    for (const at of [2_100, 2_243, 3_007, 3_111, 5_555, 7_280]) {
      const { heard, spokenMs } = ramp({ from: at, to: at + 100, text: '' });
      expect([at, heard.length]).toEqual([at, spokenMs * 16]);
      expect(heard.findIndex((sample, index) => sample !== index % 32_000)).toBe(-1);
    }
  });

  it('should pause a bot that only thinks, too', () => {
    const { outline } = hearing(1_900, 2_200, '');
    expect(outline.slice(0, 4)).toEqual([
      '2000 user.speaking',
      '2000 bot.paused',
      '2500 user.noise',
      '2500 bot.resumed',
    ]);
  });

  it('should go on where the listener was, with an output that reports the audio really heard', () => {
    const tellsLate: Call['output'] = speech$ => {
      let handedMs = 0;
      return speech$.pipe(
        tap(() => (handedMs += 20)),
        map(() => ({ playedMs: Math.max(0, handedMs - 500) })), // half a second behind
      );
    };
    const { values } = hearing(4_000, 4_300, '', { output: tellsLate });
    const paused = values.find(({ value }) => value.type === 'bot.paused')?.value;
    expect(paused).toMatchObject({ audioMs: 4_100 - firstHeard + 200 - 500 });
  });
});

describe('a back-channel', () => {
  it('should be an event, but neither be a turn nor end the reply', () => {
    const { outline, asked } = hearing(3_000, 3_500, 'Uh-huh, okay.');
    expect(outline).toEqual([
      '3100 user.speaking',
      '3100 bot.paused',
      '3800 user.ignored: Uh-huh, okay.',
      '3800 bot.resumed',
      spoke(firstHeard + 4_980 + 700),
    ]);
    expect(asked).toHaveLength(1);
  });

  it('should not even make a pause where the bot waits for words', () => {
    const { outline } = hearing(3_000, 3_500, 'Mm-hmm.', { bargeIn: { onVoice: 'wait' } });
    expect(outline).toEqual(['3100 user.speaking', '3800 user.ignored: Mm-hmm.', spoke(firstHeard + 4_980)]);
  });

  it('should be an interruption as soon as more is said', () => {
    const { outline } = hearing(3_000, 4_000, 'Okay, but shorter.');
    expect(outline[2]).toBe('3680 bot.interrupted: Once upon a time there was a king.');
    expect(outline[3]).toBe('4300 user.said: Okay, but shorter.');
  });

  it('should be an answer when the bot is asking', () => {
    const { outline } = hearing(3_000, 3_500, 'Okay.', {
      llm: scriptedLlm('Shall I book the table for you?'),
    });
    expect(outline.slice(2, 4)).toEqual([
      '3500 bot.interrupted: Shall I book the table for you?',
      '3800 user.said: Okay.',
    ]);
  });

  it('should be of the user’s language, and of the user’s choice', () => {
    const german = hearing(3_000, 3_500, 'Genau.', { bargeIn: { language: 'de' } });
    expect(german.outline[2]).toBe('3800 user.ignored: Genau.');
    const never = [...backchannels.en, 'roger'];
    expect(hearing(3_000, 3_500, 'Roger.', { bargeIn: { never } }).outline[2]).toBe(
      '3800 user.ignored: Roger.',
    );
  });

  it.each([
    ['I see', 'en'],
    ['Go on, got it.', 'en'],
    ['all right, of course', 'en-GB'],
    ['thank you', 'en', ['thank you']],
    ['nein danke schön', 'de', ['nein danke schön']],
    ['pois é', 'pt'],
  ])(
    'should be known of more words than one, which engines report one by one: %s',
    (text, language, never?) => {
      const { outline } = hearing(3_000, 4_500, text, {
        bargeIn: { language, ...(never && { never, always: [] }) },
      });
      expect(outline[2]).toMatch(/^\d+ user\.ignored/u);
    },
  );

  it('should hold up no more than the words that could be one', () => {
    const { outline } = hearing(3_000, 4_500, 'I need another story', { bargeIn: { onVoice: 'wait' } });
    const heard = hearing(3_000, 4_500, 'We need another story', { bargeIn: { onVoice: 'wait' } });
    const cut = (lines: readonly string[]): number =>
      Number.parseInt(lines.find(line => line.includes('interrupted'))!);
    expect(cut(heard.outline)).toBeLessThan(cut(outline));
    expect(cut(outline)).toBeLessThan(4_500);
  });

  it('should be a turn when the bot is silent', () => {
    const { outline } = hearing(10_000, 10_500, 'Okay.');
    expect(outline[2]).toBe('10800 user.said: Okay.');
  });
});

describe('what nothing interrupts', () => {
  const protect = (sentence: string): boolean => sentence.includes('king');

  it('should be heard to its end, and what was said meanwhile be answered after it', () => {
    const { outline, asked } = hearing(2_500, 3_000, 'Stop.', { bargeIn: { protect } });
    const sentenceEnds = firstHeard + 2_040; // 34 characters
    expect(outline.slice(0, 3)).toEqual([
      '2600 user.speaking',
      `${sentenceEnds} bot.interrupted: Once upon a time there was a king. He had a daughter.`,
      `${sentenceEnds} user.said: Stop.`,
    ]);
    expect(asked[1]?.at(-2)).toEqual({ role: 'assistant', content: 'Once upon a time there was a king.' });
  });

  /** Words during a protected greeting, until 1,600 ms, and words that the user has begun when that ends. */
  const underAGreeting = (next: string) => {
    const { values } = run({
      greeting: { text: 'Hello, this is protected.', interruptible: false },
      says: [
        { from: 600, to: 800, text: 'No wait' },
        { from: 1_300, to: 4_400, text: next },
      ],
      lasts: 9_000,
      llm: scriptedLlm('Fine.'),
    });
    return outline(values).filter(([, what]) => /said|bot\.(speaking|spoke|interrupted)/u.test(what));
  };

  it('should not have the bot speak into what the user says next', () => {
    expect(underAGreeting('What is it?').slice(1)).toEqual([
      [1_600, '0 bot.spoke'],
      [4_700, '1 user.said'],
      [4_700, '1 bot.interrupted'],
      [4_700, '2 user.said'],
      [5_000, '2 bot.speaking'],
      [5_300, '2 bot.spoke'],
    ]);
  });

  it('should be answered when what the user says next is nothing', () => {
    expect(underAGreeting('').slice(1)).toEqual([
      [1_600, '0 bot.spoke'],
      [4_700, '1 user.said'],
      [5_000, '1 bot.speaking'],
      [5_300, '1 bot.spoke'],
    ]);
  });

  it('should be that sentence alone', () => {
    const { outline } = hearing(4_500, 5_000, 'Stop.', { bargeIn: { protect } });
    expect(outline.slice(1, 3)).toMatchObject([
      '4600 bot.paused',
      '5000 bot.interrupted: Once upon a time there was a king. He had a daughter.',
    ]);
  });
});

describe('the echo of the bot', () => {
  it('should not interrupt it while the echo canceller warms up', () => {
    const { outline } = hearing(2_500, 3_400, 'Once upon a time', { bargeIn: { warmUpMs: 2_000 } });
    expect(outline).toEqual([
      '2600 user.speaking',
      '3700 user.ignored: Once upon a time',
      spoke(firstHeard + 4_980),
    ]);
  });

  it('should not keep the user from interrupting with words of their own', () => {
    const { outline } = hearing(2_500, 3_400, 'Not that one.', { bargeIn: { warmUpMs: 2_000 } });
    expect(outline[1]).toBe('2800 bot.interrupted: Once upon a time there was a king.');
  });

  it('should not be heard at all by half a duplex', () => {
    const loud: number[] = [];
    const { completedAt } = run({
      says: [],
      lasts: 9_000,
      halfDuplex: { tailMs: 300 },
      input: timer(0, 20).pipe(map(() => ({ pcm: new Int16Array(320).fill(9_000), sampleRate: 16_000 }))),
      stt: frame$ =>
        engine([
          [1_600, { type: 'final', text: 'Hi.', end: 1_500 }],
          [1_800, { type: 'utteranceEnd', end: 1_500 }],
        ])(frame$.pipe(tap(({ pcm }) => loud.push(pcm[0]!)))),
      until: 9_000,
    });
    expect(completedAt).toBeUndefined();
    const deaf = loud.flatMap((sample, index) => (sample === 0 ? [index * 20] : []));
    expect([deaf[0], deaf.at(-1)]).toEqual([2_120, 4_000]); // heard from 2,100 to 3,720, and the tail of 300
  });
});

describe('interruption', () => {
  const bot: BotState = {
    doing: 'speaking',
    sentence: 'A king.',
    text: 'A king.',
    protectedMs: 0,
    warmingUp: false,
  };
  it.each([
    ['uh-huh', 'backchannel'],
    ['Mm-hmm. Yeah, okay!', 'backchannel'],
    ['', 'backchannel'],
    ['I see', 'backchannel'],
    ['I see a problem', 'interrupts'],
    ['no', 'interrupts'],
    ['hold on', 'interrupts'],
    ['nowhere', 'short'],
    ['what about Tuesday', 'interrupts'],
  ])('should judge %j: %s', (text, verdict) => {
    expect(interruption(text, bot, { minWords: 2 })).toBe(verdict);
  });

  it('should judge a long run of back-channels at once, whichever phrases they may be', () => {
    const startedAt = performance.now();
    expect(interruption('uh huh '.repeat(200), bot)).toBe('backchannel');
    expect(interruption(`${'uh huh '.repeat(200)}banana`, bot)).toBe('interrupts');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

/** The samples heard of a reply when the user makes a noise. */
function ramp(noise: ScriptedSpeech) {
  let next = 0;
  const tts: Tts = text =>
    from(
      Array.from({ length: Math.ceil((text.trim().length * 60) / 20) }, () => ({
        pcm: Int16Array.from({ length: 320 }, () => next++ % 32_000),
        sampleRate: 16_000,
      })),
    );
  let written: number[] = [];
  let heard: number[] = [];
  let at = 0;
  // a loudspeaker: plays in real time, drops the rest when cleared
  const play = (): void => {
    heard = [...heard, ...written.slice(0, (asyncScheduler.now() - at) * 16)];
    written = [];
  };
  const { events } = run({
    says: [question, noise],
    lasts: 12_000,
    llm: scriptedLlm(story),
    tts,
    output: speech$ => {
      let first = true;
      return toOutput({
        write: (bytes: Uint8Array) => {
          if (first) at = asyncScheduler.now();
          first = false;
          written.push(...new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2));
        },
        clear: play,
      })(speech$);
    },
  });
  heard = [...heard, ...written];
  const spoken = events.find(({ type }) => type === 'bot.spoke');
  return { heard, spokenMs: spoken?.type === 'bot.spoke' ? spoken.audioMs : 0 };
}
