import { describe, expect, it } from 'vitest';
import type { Due } from '../../lib/rx/stateMachine.ts';
import { type TurnInput, turnMachine, type TurnState } from '../../lib/stt/turnMachine.ts';

const now = 10_000;
const { initial } = turnMachine(20_000, Infinity);
const text = 'one two';
const states = {
  idle: { ...initial, turn: 3, end: 900, from: 900 },
  voice: { ...initial, turn: 3, isSpeaking: true, since: 9_000 },
  interim: { ...initial, turn: 3, isSpeaking: true, since: 9_000, interim: 'three' },
  final: { ...initial, turn: 3, isSpeaking: true, since: 9_000, finals: { text, last: text }, end: 800 },
  quiet: { ...initial, turn: 3, isSpeaking: true, isQuiet: true, since: 9_000, interim: 'three' },
  overdue: { ...initial, turn: 3, isSpeaking: true, isOverdue: true, since: 9_000 },
} satisfies Record<string, TurnState>;

const events = {
  speechStart: { type: 'speechStart', at: 1_000 },
  interim: { type: 'interim', text: 'four' },
  'no words': { type: 'interim', text: '…' },
  final: { type: 'final', text: 'Four.', end: 1_100 },
  'no final words': { type: 'final', text: '', end: 1_100 },
  eagerEnd: { type: 'eagerEnd', text: 'four' },
  resumed: { type: 'resumed' },
  speechEnd: { type: 'speechEnd', at: 1_200 },
  utteranceEnd: { type: 'utteranceEnd', end: 1_200 },
  over: { type: 'over' },
  due: { type: 'due' },
} as const satisfies Record<string, TurnInput | Due>;

/** The events that a step emits, with their texts. */
const step = (state: TurnState, event: TurnInput | Due, maxMs = 20_000): string =>
  turnMachine(maxMs, Infinity)
    .step(state, event, now)
    .emit.map(emitted => ('text' in emitted ? `${emitted.type} ${emitted.text}` : emitted.type))
    .join(', ');

describe('turns', () => {
  it.each<[keyof typeof events, Partial<Record<keyof typeof states, string>>]>([
    ['speechStart', { idle: 'speaking', voice: '', interim: '', quiet: 'resumed' }],
    ['interim', { idle: 'speaking, interim four', interim: 'interim four', final: 'interim one two four' }],
    ['no words', { idle: '', voice: '', final: '' }],
    [
      'final',
      {
        idle: 'speaking, final Four.',
        interim: 'final Four.',
        final: 'final Four.',
        overdue: 'final Four., said Four.',
      },
    ],
    ['no final words', { idle: '', interim: '', overdue: '' }],
    ['eagerEnd', { idle: 'speaking, eager four', interim: 'eager four', final: 'eager one two four' }],
    ['resumed', { idle: '', voice: 'resumed', quiet: 'resumed' }],
    ['speechEnd', { idle: '', voice: 'quiet ', interim: 'quiet three', final: 'quiet one two' }],
    [
      'utteranceEnd',
      { idle: '', voice: 'silent', interim: 'said three', final: 'said one two', quiet: 'said three' },
    ],
    ['over', { idle: '', voice: 'silent', interim: 'said three', final: 'said one two' }],
    ['due', { idle: '', voice: '', final: '' }],
  ])('should step with %s', (event, expected) => {
    const got = Object.fromEntries(
      Object.keys(expected).map(from => [from, step(states[from as keyof typeof states], events[event])]),
    );
    expect(got).toEqual(expected);
  });

  it('should be cut when they are due, at their final words, or else at the next ones', () => {
    expect(step(states.final, events.due, 1_000)).toBe('said one two');
    const { state } = turnMachine(1_000, Infinity).step(states.interim, events.due, now);
    expect([state.isOverdue, state.interim, state.since]).toEqual([true, 'three', now]);
    expect(step(state, events.final)).toBe('final Four., said Four.');
  });

  it('should be due only while they are open', () => {
    const { dueAt } = turnMachine(1_000, Infinity);
    expect([dueAt!(states.idle, now), dueAt!(states.voice, now)]).toEqual([Infinity, 10_000]);
    expect(dueAt!(turnMachine(1_000, Infinity).step(states.voice, events.over, now).state, now)).toBe(
      Infinity,
    );
  });

  it('should not end before their voice began, nor before the previous one', () => {
    const { state } = turnMachine(1_000, Infinity).step(states.idle, { type: 'speechStart', at: 5_000 }, now);
    const said = turnMachine(1_000, Infinity).step({ ...state, interim: 'late' }, events.utteranceEnd, now);
    expect(said.emit).toEqual([{ type: 'said', turn: 3, text: 'late', end: 5_000 }]);
  });
});
