import { describe, expect, it } from 'vitest';
import { NovaTurns } from '../../../lib/providers/deepgram/novaTurns.ts';
import type { ServerMessage } from '../../../lib/providers/socket/wire.ts';
import type { SttEvent } from '../../../lib/stt/stt.ts';
import { bare } from './bare.ts';

const seconds = (at: number): number => Math.round(at * 1000);

/** `Results` as the service sends them; words are evenly spread over `from` … `to`. */
const results = (
  text: string,
  { start, duration, from = start, to = start + duration, is_final = false, speech_final = false }: Window,
): ServerMessage => {
  const words = text === '' ? [] : text.split(' ');
  const each = (to - from) / words.length;
  return {
    type: 'Results',
    channel_index: [0, 1],
    start,
    duration,
    is_final,
    speech_final,
    channel: {
      alternatives: [
        {
          transcript: text,
          confidence: text === '' ? 0 : 0.98,
          words: words.map((word, index) => ({
            word: word.toLowerCase().replace(/\W/gu, ''),
            punctuated_word: word,
            start: from + index * each,
            end: from + (index + 1) * each,
            confidence: 0.98,
          })),
        },
      ],
    },
    metadata: { request_id: '01a0', model_uuid: '7e3b' },
  };
};
interface Window {
  readonly start: number;
  readonly duration: number;
  readonly from?: number;
  readonly to?: number;
  readonly is_final?: boolean;
  readonly speech_final?: boolean;
}
const speechStarted = (timestamp: number): ServerMessage => ({
  type: 'SpeechStarted',
  channel: [0, 1],
  timestamp,
});
const utteranceEnd = (last_word_end: number): ServerMessage => ({
  type: 'UtteranceEnd',
  channel: [0, 1],
  last_word_end,
});

const heard = (messages: readonly ServerMessage[], turns = new NovaTurns({ silenceMs: 1_500 })): SttEvent[] =>
  bare(messages.flatMap(message => turns.hear(message, seconds)));

describe('the turns of Nova', () => {
  it('should add finals up to speech_final, which ends the turn once', () => {
    expect(
      heard([
        speechStarted(1),
        results('This is', { start: 0, duration: 2, from: 1, to: 1.9 }),
        results('This is the first part', { start: 0, duration: 3, from: 1, to: 2.9, is_final: true }),
        results('and', { start: 3, duration: 0.5, to: 3.4 }),
        results('and the second.', {
          start: 3,
          duration: 1.3,
          to: 4,
          is_final: true,
          speech_final: true,
        }),
        utteranceEnd(4),
        results('', { start: 4.3, duration: 1 }),
      ]),
    ).toEqual([
      { type: 'speechStart', at: 1_000 },
      { type: 'interim', text: 'This is' },
      { type: 'final', text: 'This is the first part', end: 2_900 },
      { type: 'interim', text: 'and' },
      { type: 'final', text: 'and the second.', end: 4_000 },
      { type: 'utteranceEnd', end: 4_000 },
    ]);
  });

  it('should begin a turn with the first words where no SpeechStarted comes', () => {
    expect(
      heard([results('', { start: 0, duration: 1 }), results('Hi', { start: 1, duration: 1, from: 1.5 })]),
    ).toEqual([
      { type: 'speechStart', at: 1_500 },
      { type: 'interim', text: 'Hi' },
    ]);
  });

  it('should end a turn with UtteranceEnd when noise keeps speech_final from coming, and emit its words once', () => {
    let asked = 0;
    const turns = new NovaTurns({ silenceMs: 5_000, finalize: () => asked++ });
    expect(
      heard(
        [
          results('Turn it off', { start: 0, duration: 2, from: 0.5, to: 1.5 }),
          utteranceEnd(1.5),
          // The words of the window become final only now; the rest of it is a turn of its own.
          results('Turn it off please', { start: 0, duration: 4, from: 0.5, to: 1.9, is_final: true }),
        ],
        turns,
      ),
    ).toEqual([
      { type: 'speechStart', at: 500 },
      { type: 'interim', text: 'Turn it off' },
      { type: 'final', text: 'Turn it off', end: 1_500 },
      { type: 'utteranceEnd', end: 1_500 },
      { type: 'speechStart', at: 1_550 },
      { type: 'final', text: 'please', end: 1_900 },
    ]);
    expect(asked).toBe(1);
  });

  it('should ignore an UtteranceEnd that is older than the newest word', () => {
    expect(
      heard([
        results('One', { start: 0, duration: 1, from: 0.2, to: 0.6 }),
        results('One and another', { start: 0, duration: 3, from: 0.2, to: 2.9 }),
        utteranceEnd(0.6),
      ]).map(({ type }) => type),
    ).toEqual(['speechStart', 'interim', 'interim']);
  });

  it('should end a turn by itself when audio goes on without words', () => {
    const silent = [3, 4, 5].map(duration =>
      results('Are you there', { start: 0, duration, from: 0.5, to: 2.2 }),
    );
    expect(
      heard([results('Are you there', { start: 0, duration: 2.5, from: 0.5, to: 2.2 }), ...silent]),
    ).toEqual([
      { type: 'speechStart', at: 500 },
      { type: 'interim', text: 'Are you there' },
      { type: 'final', text: 'Are you there', end: 2_200 },
      { type: 'utteranceEnd', end: 2_200 },
    ]);
  });

  it('should end a voice without words: a cough', () => {
    expect(
      heard([
        speechStarted(1),
        results('', { start: 0, duration: 1.5, is_final: true, speech_final: true }),
        speechStarted(4),
        results('', { start: 1.5, duration: 3 }),
        results('', { start: 1.5, duration: 4.5 }),
      ]),
    ).toEqual([
      { type: 'speechStart', at: 1_000 },
      { type: 'utteranceEnd', end: 1_000 },
      { type: 'speechStart', at: 4_000 },
      { type: 'utteranceEnd', end: 4_000 },
    ]);
  });

  it('should not let the end of earlier audio end a voice that began after it', () => {
    expect(
      heard([speechStarted(5), results('', { start: 0, duration: 4, is_final: true, speech_final: true })]),
    ).toEqual([{ type: 'speechStart', at: 5_000 }]);
  });

  it('should say what is open when the audio ends', () => {
    const turns = new NovaTurns({ silenceMs: 1_500 });
    heard([results('Not yet', { start: 0, duration: 1, from: 0.2, to: 0.9 })], turns);
    expect(bare(turns.finish())).toEqual([
      { type: 'final', text: 'Not yet', end: 900 },
      { type: 'utteranceEnd', end: 900 },
    ]);
    expect(turns.finish()).toEqual([]);
  });

  it('should know what need not be heard again', () => {
    const turns = new NovaTurns({ silenceMs: 1_500 });
    heard([results('', { start: 0, duration: 5 })], turns);
    expect(turns.settledMs).toBe(4_000); // a word may have begun
    heard([results('So', { start: 0, duration: 6, from: 5.5 })], turns);
    expect(turns.settledMs).toBe(4_000);
    heard([results('So', { start: 0, duration: 6.5, from: 5.5, to: 6, is_final: true })], turns);
    expect(turns.settledMs).toBe(6_500);
  });

  it('should take messages it does not know, and fields that are missing', () => {
    expect(
      heard([
        { type: 'Metadata', duration: 3 },
        { type: 'Surprise' },
        {},
        { type: 'Results' },
        { type: 'UtteranceEnd' },
        { type: 'Results', start: 0, duration: 1, channel: { alternatives: [{ transcript: 'Bare' }] } },
      ]),
    ).toEqual([
      { type: 'speechStart', at: 0 },
      { type: 'interim', text: 'Bare' },
    ]);
  });
});
