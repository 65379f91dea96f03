import { ignoreElements, NEVER, of, Subject, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { silence } from '../../lib/audio/frame.ts';
import type { BargeInOptions } from '../../lib/conversation/bargeInOptions.ts';
import { CurrentReply } from '../../lib/conversation/currentReply.ts';
import type { BotEvent } from '../../lib/conversation/events.ts';
import { SpeculationMeter } from '../../lib/conversation/speculationMeter.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import type { SpeechLedger } from '../../lib/tts/speechLedger.ts';
import { VoiceTimes } from '../../lib/tts/voiceTimes.ts';

const spoke: BotEvent = { type: 'bot.spoke', turn: 1, text: 'Hi.', audioMs: 400 };
const failed: BotEvent = { type: 'turn.failed', turn: 1, stage: 'llm', cause: 'gone', heard: '', audioMs: 0 };
const token: BotEvent = { type: 'bot.token', turn: 1, text: 'Hi.' };

const replies = (bargeIn: BargeInOptions = {}): CurrentReply => new CurrentReply(bargeIn, new VoiceTimes());

/** 400 ms of a sentence are handed over now. */
const sound = (ledger: SpeechLedger, text = 'Hello there.'): void => {
  ledger.begin(text);
  ledger.receive(silence(400));
  ledger.receivedAll();
  ledger.playhead.hand(400, 0);
  ledger.hand(silence(400));
  ledger.handedAll();
};

/** The values of `look` at these times of a reply that sounds from 0 to 400 ms. */
const at = <Value>(current: CurrentReply, times: readonly number[], look: () => Value): Value[] => {
  const values: Value[] = [];
  virtualTime(() => {
    const ledger = current.ledger();
    current.begin(1, ledger);
    sound(ledger);
    for (const time of times) timer(time).subscribe(() => values.push(look()));
    return timer(Math.max(...times));
  });
  return values;
};

describe('the current reply', () => {
  it('should be what sounds now that decides what the bot does', () => {
    const current = replies();
    expect(at(current, [0, 399, 500], () => current.state.doing)).toEqual([
      'speaking',
      'speaking',
      'thinking',
    ]);
    expect(at(current, [0, 100, 400, 900], () => current.soundingMs)).toEqual([400, 300, 0, 0]);
  });

  it('should be nothing before a reply, after its end, and after a cut', () => {
    for (const end of [spoke, failed]) {
      const current = replies();
      expect(current.state.doing).toBe('nothing');
      virtualTime(() => current.run(1, of(token), current.ledger()));
      expect(current.state.doing).toBe('thinking');
      virtualTime(() => current.run(1, of(end), current.ledger()));
      expect([current.state.doing, current.cut()]).toEqual(['nothing', []]);
    }
  });

  it('should be over before its last event is emitted', () => {
    const current = replies();
    const states: string[] = [];
    virtualTime(() =>
      current.run(1, of(token, spoke), current.ledger()).pipe(tap(() => states.push(current.state.doing))),
    );
    expect(states).toEqual(['thinking', 'nothing']);
  });

  it('should be cut once, with the words that were heard', () => {
    const current = replies();
    const cuts = at(current, [250, 260], () => current.cut());
    expect(cuts).toEqual([
      [{ type: 'bot.interrupted', turn: 1, heard: 'Hello', text: 'Hello there.', audioMs: 250 }],
      [],
    ]);
  });

  it('should protect a sentence while it sounds, and a whole reply for a while also before', () => {
    const protects = replies({ protect: () => true });
    expect(at(protects, [0, 399, 500], () => protects.state.protectedMs > 0)).toEqual([true, true, false]);
    const current = replies();
    const seen: boolean[] = [];
    virtualTime(() => {
      for (const time of [0, 4_999, 5_000])
        timer(time).subscribe(() => seen.push(current.state.protectedMs > 0));
      return current.run(0, timer(6_000).pipe(ignoreElements()), current.ledger(), true);
    });
    expect(seen).toEqual([true, true, false]);
  });

  it('should not be protected, nor sound, while it is held', () => {
    const current = replies({ protect: () => true });
    virtualTime(() => {
      const ledger = current.ledger();
      current.begin(1, ledger, true);
      sound(ledger);
      timer(100).subscribe(() => ledger.hold());
      return timer(200).pipe(
        tap(() =>
          expect([current.soundingMs, current.state.protectedMs, current.state.doing]).toEqual([
            0,
            0,
            'speaking',
          ]),
        ),
      );
    });
    expect.assertions(1);
  });

  it('should warm up for as much of its voice as was heard in all replies', () => {
    const current = replies({ warmUpMs: 500 });
    const warm: boolean[] = [];
    for (let reply = 0; reply < 3; reply += 1) {
      warm.push(...at(current, [0, 390], () => current.state.warmingUp));
      virtualTime(() => timer(400).pipe(tap(() => current.cut())));
    }
    expect(warm[0]).toBe(true);
    expect(warm.at(-1)).toBe(false);
  });

  it('should report a guess that is discarded, once, and none that a reply was made of', () => {
    const current = replies();
    const cuts = virtualTime(() => {
      current.guess(new SpeculationMeter(4));
      return of(current.cut(), current.cut());
    }).values.map(({ value }) => value);
    expect(cuts).toMatchObject([[{ type: 'bot.speculated', turn: 4, kept: false }], []]);
    virtualTime(
      () => {
        current.guess(new SpeculationMeter(5));
        current.begin(5, current.ledger());
        return NEVER;
      },
      { until: 0 },
    );
    expect(current.cut().map(({ type }) => type)).toEqual(['bot.interrupted']);
  });

  it('should correct what was heard of the reply that was cut last, until the next begins', () => {
    const current = replies();
    expect(current.corrected('Hello')).toEqual([]);
    at(current, [150], () => current.cut());
    expect(current.corrected('Hello')).toEqual([{ type: 'user.heard', turn: 1, heard: 'Hello' }]);
    current.begin(2, current.ledger());
    expect(current.corrected('Hello')).toEqual([]);
  });

  it('should subscribe a reply when it is subscribed, and unsubscribe it', () => {
    const current = replies();
    const event$ = new Subject<BotEvent>();
    const reply$ = current.run(1, event$, current.ledger());
    expect([event$.observed, current.state.doing]).toEqual([false, 'nothing']);
    const subscription = reply$.subscribe();
    expect(event$.observed).toBe(true);
    subscription.unsubscribe();
    expect(event$.observed).toBe(false);
  });
});
