import { describe, expect, it } from 'vitest';
import { FluxTurns } from '../../../lib/providers/deepgram/fluxTurns.ts';
import type { ServerMessage } from '../../../lib/providers/socket/wire.ts';
import type { SttEvent } from '../../../lib/stt/stt.ts';
import { bare } from './bare.ts';

const seconds = (at: number): number => Math.round(at * 1000);
let sequence = 0;

/** `TurnInfo` as the service sends it; each word takes 0.4 s. */
const turnInfo = (event: string, audio_window_end: number, transcript = '', from = 0.5): ServerMessage => ({
  type: 'TurnInfo',
  request_id: 'uuid',
  sequence_id: sequence++,
  event,
  turn_index: 0,
  audio_window_start: 0,
  audio_window_end,
  transcript,
  words:
    transcript === ''
      ? []
      : transcript.split(' ').map((word, index) => ({
          word,
          confidence: 0.9,
          start: from + index * 0.4,
          end: from + (index + 1) * 0.4,
        })),
  end_of_turn_confidence: 0.5,
});
const heard = (messages: readonly ServerMessage[], turns = new FluxTurns({ maxMs: 20_000 })): SttEvent[] =>
  bare(messages.flatMap(message => turns.hear(message, seconds)));

describe('the turns of Flux', () => {
  it('should follow a turn: transcripts replace each other, the last one is final', () => {
    expect(
      heard([
        { type: 'Connected', request_id: 'uuid', sequence_id: 0 },
        turnInfo('Update', 0.25),
        turnInfo('StartOfTurn', 1, 'Hi'),
        turnInfo('Update', 1.5, 'Hi I need'),
        turnInfo('Update', 1.75, 'Hi I need'),
        turnInfo('EagerEndOfTurn', 2.2, 'Hi I need'),
        turnInfo('TurnResumed', 2.5, 'Hi I need to'),
        turnInfo('EagerEndOfTurn', 3, 'Hi I need to cancel.'),
        turnInfo('EndOfTurn', 3.2, 'Hi I need to cancel.'),
        turnInfo('Update', 3.5),
      ]),
    ).toEqual([
      { type: 'speechStart', at: 500 },
      { type: 'interim', text: 'Hi' },
      { type: 'interim', text: 'Hi I need' },
      { type: 'eagerEnd', text: 'Hi I need' },
      { type: 'interim', text: 'Hi I need to' },
      { type: 'resumed' },
      { type: 'interim', text: 'Hi I need to cancel.' },
      { type: 'eagerEnd', text: 'Hi I need to cancel.' },
      { type: 'final', text: 'Hi I need to cancel.', end: 2_500 },
      { type: 'utteranceEnd', end: 2_500, decided: true },
    ]);
  });

  it('should make the older words of a very long turn final, and emit each word once', () => {
    const turns = new FluxTurns({ maxMs: 5_000 });
    const text = 'a b c d e f g h i j k l m n o';
    const told = heard(
      [
        turnInfo('StartOfTurn', 1, 'a'),
        turnInfo('Update', 6.5, text),
        turnInfo('Update', 6.75, `${text} p`),
        turnInfo('EndOfTurn', 7.5, `${text} p q.`),
      ],
      turns,
    );
    const finals = told.flatMap(transcript => (transcript.type === 'final' ? [transcript.text] : []));
    expect(finals).toEqual(['a b c d e f g h i j', 'k l m n o p q.']);
    expect(told.at(-1)).toEqual({ type: 'utteranceEnd', end: 7_300, decided: true });
    expect(told.filter(({ type }) => type === 'speechStart')).toHaveLength(1);
  });

  it('should take back that the turn may be over when the connection is lost', () => {
    const turns = new FluxTurns({ maxMs: 20_000 });
    heard([turnInfo('StartOfTurn', 1, 'Hi'), turnInfo('EagerEndOfTurn', 1.4, 'Hi')], turns);
    expect(turns.reconnected()).toEqual([{ type: 'resumed' }]);
    expect(turns.isOpen).toBe(true);
    expect(heard([turnInfo('EndOfTurn', 2, 'Hi there')], turns)).toEqual([
      { type: 'final', text: 'Hi there', end: 1_300 },
      { type: 'utteranceEnd', end: 1_300, decided: true },
    ]);
  });

  it('should take events it does not know, and words without times', () => {
    expect(
      heard([
        { type: 'TurnInfo', event: 'Wonder', transcript: 'Hm', audio_window_end: 2, words: [{ word: 'Hm' }] },
        { type: 'TurnInfo', event: 'EndOfTurn', transcript: 'Hm.', audio_window_end: 3 },
      ]),
    ).toEqual([
      { type: 'speechStart', at: 2_000 },
      { type: 'interim', text: 'Hm' },
      { type: 'final', text: 'Hm.', end: 3_000 },
      { type: 'utteranceEnd', end: 3_000, decided: true },
    ]);
  });

  it('should distinguish an end decided by the words from one of silence alone', () => {
    const ended = (trigger: string): unknown =>
      heard([turnInfo('StartOfTurn', 1, 'Hi'), { ...turnInfo('EndOfTurn', 6, 'Hi'), trigger }]).at(-1);
    expect(ended('model')).toEqual({ type: 'utteranceEnd', end: 900, decided: true });
    expect(ended('timeout')).toEqual({ type: 'utteranceEnd', end: 900 });
  });

  it('should end a turn without words where there was nothing but an EndOfTurn', () => {
    expect(heard([turnInfo('EndOfTurn', 3)])).toEqual([]);
  });
});
