import { describe, expect, it } from 'vitest';
import type { BargeInOptions } from '../../lib/conversation/bargeInOptions.ts';
import type { BotState } from '../../lib/conversation/botState.ts';
import { floor, type FloorState } from '../../lib/conversation/floor.ts';
import type { Due } from '../../lib/rx/stateMachine.ts';
import type { UserTurnEvent } from '../../lib/stt/userTurns.ts';
import { bot, speaking } from '../support/botState.ts';

const now = 1_000;
const turn = 3;

const events = {
  speaking: { type: 'speaking', turn, at: 0 },
  interim: { type: 'interim', turn, text: 'and the weather' },
  final: { type: 'final', turn, text: 'and the weather' },
  backchannel: { type: 'interim', turn, text: 'uh-huh' },
  quiet: { type: 'quiet', turn, text: '', at: 0 },
  eager: { type: 'eager', turn, text: 'and the weather' },
  resumed: { type: 'resumed', turn },
  silent: { type: 'silent', turn },
  said: { type: 'said', turn, text: 'and the weather', end: 0 },
  'said uh-huh': { type: 'said', turn, text: 'uh-huh', end: 0 },
  due: { type: 'due' },
} as const satisfies Record<string, UserTurnEvent | Due>;

const doing: Record<string, BotState> = {
  nothing: bot(),
  thinking: bot({ doing: 'thinking' }),
  speaking: speaking(),
  protected: speaking({ protectedMs: 400 }),
  'warming up': speaking({ warmingUp: true }),
};

const free: FloorState = { ...floor({ options: {}, bot, sinceMs: () => 0 }).initial, turn };
const states = {
  free,
  voice: { ...free, holder: 'voice', dueAt: now + 50, open: true },
  'voice, due': { ...free, holder: 'voice', dueAt: now, open: true },
  paused: { ...free, holder: 'paused', dueAt: now + 700, open: true },
  'paused, due': { ...free, holder: 'paused', dueAt: now, open: true },
  user: { ...free, holder: 'user', open: true },
  waiting: { ...free, waiting: [{ type: 'said', turn: 2, text: 'hello', end: 0 }] },
} as const satisfies Record<string, FloorState>;

/** `holder[ until ms][, waiting]: what is emitted`. */
const step = (
  from: keyof typeof states,
  event: keyof typeof events,
  does: keyof typeof doing,
  options: BargeInOptions = {},
): string => {
  const { step } = floor({ options, bot: () => doing[does]!, sinceMs: () => 0 });
  const { state, emit } = step(states[from], events[event], now);
  const until = state.dueAt === Infinity ? '' : ` ${state.dueAt - now}`;
  const waiting = state.waiting.length === 0 ? '' : ', waiting';
  return `${state.holder}${until}${waiting}: ${emit.map(({ type }) => type).join(' ')}`.trim();
};

describe('the floor', () => {
  it.each<[keyof typeof states, keyof typeof events, Record<string, string>]>([
    // A voice pauses a bot that is heard or thinks, and takes the floor of one that does nothing.
    [
      'free',
      'speaking',
      {
        nothing: 'user: speaking cut',
        thinking: 'paused 2000: speaking pause',
        speaking: 'paused 2000: speaking pause',
        protected: 'free: speaking',
        'warming up': 'free: speaking',
      },
    ],
    // Words cut it, unless it is protected.
    [
      'free',
      'interim',
      {
        nothing: 'user: interim cut',
        thinking: 'user: interim cut',
        speaking: 'user: interim cut',
        protected: 'free: interim',
        'warming up': 'user: interim cut',
      },
    ],
    ['free', 'final', { nothing: 'user: final cut', speaking: 'user: final cut', protected: 'free: final' }],
    [
      'free',
      'backchannel',
      { nothing: 'user: interim cut', speaking: 'free: interim', thinking: 'free: interim' },
    ],
    ['free', 'quiet', { nothing: 'free:', speaking: 'free:', protected: 'free:' }],
    ['free', 'eager', { nothing: 'free:', speaking: 'free:' }],
    ['free', 'resumed', { nothing: 'free:', speaking: 'free:' }],
    ['free', 'silent', { nothing: 'free: silent', speaking: 'free: silent' }],
    [
      'free',
      'said',
      {
        nothing: 'free: said',
        thinking: 'free: cut said',
        speaking: 'free: cut said',
        protected: 'free, waiting:',
      },
    ],
    [
      'free',
      'said uh-huh',
      {
        nothing: 'free: said',
        thinking: 'free: ignored',
        speaking: 'free: ignored',
        protected: 'free: ignored',
      },
    ],
    ['free', 'due', { nothing: 'free:', speaking: 'free:' }],
    // A voice that does not count yet.
    ['voice', 'due', { nothing: 'voice 50:', speaking: 'voice 50:' }],
    ['voice', 'interim', { speaking: 'user: interim cut', protected: 'voice 50: interim' }],
    ['voice', 'backchannel', { speaking: 'voice 50: interim' }],
    ['voice', 'quiet', { speaking: 'free:', thinking: 'free:' }],
    ['voice', 'silent', { speaking: 'free: silent' }],
    ['voice', 'said', { nothing: 'free: said', speaking: 'free: cut said', protected: 'free, waiting:' }],
    ['voice', 'said uh-huh', { speaking: 'free: ignored' }],
    [
      'voice, due',
      'due',
      {
        nothing: 'free:',
        thinking: 'paused 2000: pause',
        speaking: 'paused 2000: pause',
        protected: 'free:',
      },
    ],
    // A paused bot waits as long as there are signs of words, and goes on when there are none.
    ['paused', 'speaking', { speaking: 'paused 2000: speaking pause' }],
    ['paused', 'due', { speaking: 'paused 700:' }],
    ['paused', 'interim', { speaking: 'user: interim cut', thinking: 'user: interim cut' }],
    ['paused', 'backchannel', { speaking: 'paused 2000: interim' }],
    ['paused', 'quiet', { speaking: 'paused 2000:' }],
    ['paused', 'eager', { speaking: 'paused 700:' }],
    ['paused', 'resumed', { speaking: 'paused 700:' }],
    ['paused', 'silent', { speaking: 'free: silent resume' }],
    ['paused', 'said', { speaking: 'free: cut said' }],
    ['paused', 'said uh-huh', { speaking: 'free: ignored resume', thinking: 'free: ignored resume' }],
    ['paused, due', 'due', { speaking: 'free: resume', thinking: 'free: resume' }],
    // The user has the floor to the end of the turn, whatever the bot is made to do meanwhile.
    ['user', 'speaking', { nothing: 'user: speaking cut', protected: 'user: speaking' }],
    ['user', 'interim', { nothing: 'user: interim', speaking: 'user: interim', protected: 'user: interim' }],
    ['user', 'quiet', { nothing: 'user: quiet', speaking: 'user: quiet' }],
    ['user', 'eager', { nothing: 'user: eager', thinking: 'user:', speaking: 'user:', protected: 'user:' }],
    ['user', 'resumed', { nothing: 'user: resumed', speaking: 'user:', protected: 'user:' }],
    ['user', 'silent', { nothing: 'free: silent', speaking: 'free: silent' }],
    ['user', 'said', { nothing: 'free: said', speaking: 'free: cut said', protected: 'free, waiting:' }],
    ['user', 'said uh-huh', { nothing: 'free: said', speaking: 'free: cut said' }],
    ['user', 'due', { nothing: 'user:' }],
    // Words under a protected sentence count as said when that is over.
    [
      'waiting',
      'due',
      { protected: 'free, waiting:', nothing: 'free: cut said', speaking: 'free: cut said' },
    ],
    [
      'waiting',
      'speaking',
      { protected: 'free, waiting: speaking', speaking: 'paused 2000: cut said speaking pause' },
    ],
    [
      'waiting',
      'said',
      { protected: 'free, waiting:', nothing: 'free: cut said said', speaking: 'free: cut said cut said' },
    ],
    ['waiting', 'said uh-huh', { protected: 'free, waiting:', speaking: 'free: cut said ignored' }],
    ['waiting', 'silent', { protected: 'free, waiting: silent', nothing: 'free: cut said silent' }],
  ])('should step from %s with %s', (from, event, expected) => {
    const got = Object.fromEntries(Object.keys(expected).map(does => [does, step(from, event, does)]));
    expect(got).toEqual(expected);
  });

  it.each<[string, BargeInOptions, keyof typeof states, keyof typeof events, keyof typeof doing, string]>([
    ['a voice that cuts', { onVoice: 'cut' }, 'free', 'speaking', 'speaking', 'user: speaking cut'],
    ['a voice that waits for words', { onVoice: 'wait' }, 'free', 'speaking', 'speaking', 'free: speaking'],
    ['a voice that must last', { minVoiceMs: 80 }, 'free', 'speaking', 'speaking', 'voice 80: speaking'],
    ['a voice that lasted, and cuts', { onVoice: 'cut' }, 'voice, due', 'due', 'speaking', 'user: cut'],
    [
      'other rules while it thinks',
      { thinking: { onVoice: 'cut' } },
      'free',
      'speaking',
      'thinking',
      'user: speaking cut',
    ],
    [
      'which do not count while it speaks',
      { thinking: { onVoice: 'cut' } },
      'free',
      'speaking',
      'speaking',
      'paused 2000: speaking pause',
    ],
    [
      'other rules while it speaks',
      { speaking: { resumeMs: 90 } },
      'free',
      'speaking',
      'speaking',
      'paused 90: speaking pause',
    ],
    ['too few words', { minWords: 4 }, 'paused', 'interim', 'speaking', 'paused 2000: interim'],
    ['too few words at the end', { minWords: 4 }, 'paused', 'said', 'speaking', 'free: ignored resume'],
    ['a judge of its own', { judge: () => 'echo' }, 'paused', 'said', 'speaking', 'free: ignored resume'],
    [
      'a judge of its own, which is not asked for a bot that does nothing',
      { judge: () => 'echo' },
      'free',
      'said',
      'nothing',
      'free: said',
    ],
  ])('should heed %s', (_, options, from, event, does, expected) => {
    expect(step(from, event, does, options)).toBe(expected);
  });

  it('should count how long a voice lasts from where it began in the audio', () => {
    const { step } = floor({ options: { minVoiceMs: 100 }, bot: speaking, sinceMs: at => 70 - at });
    expect(step(free, { type: 'speaking', turn, at: 10 }, now).state).toMatchObject({
      holder: 'voice',
      dueAt: now + 41,
    });
    expect(step(free, { type: 'speaking', turn, at: -100 }, now).state.holder).toBe('paused');
  });

  it('should be due when what protects the bot is over, but not while the user speaks again', () => {
    const { dueAt } = floor({ options: {}, bot: () => speaking({ protectedMs: 400 }), sinceMs: () => 0 });
    expect(dueAt!(states.waiting, now)).toBe(now + 400);
    expect(dueAt!({ ...states.waiting, open: true }, now)).toBe(Infinity);
    expect(dueAt!(states.paused, now)).toBe(now + 700);
    expect(dueAt!(free, now)).toBe(Infinity);
  });

  it('should keep every turn, whatever the states and the bot: said, ignored, or waiting', () => {
    for (const from of Object.keys(states) as (keyof typeof states)[])
      for (const event of ['said', 'said uh-huh'] as const)
        for (const does of Object.keys(doing)) {
          const { step } = floor({ options: {}, bot: () => doing[does]!, sinceMs: () => 0 });
          const { state, emit } = step(states[from], events[event], now);
          const kept = [...emit, ...state.waiting].filter(
            kept => (kept.type === 'said' || kept.type === 'ignored') && kept.turn === turn,
          );
          expect([from, event, does, kept.length, state.holder]).toEqual([from, event, does, 1, 'free']);
        }
  });
});
