import { interval, merge, NEVER, of, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup } from '../../lib/setup/setup.ts';
import { type CallScript, scriptedCall, TimelineError } from '../../lib/testing/index.ts';

/** A question and its answer. */
const weather = ({ user, llm }: CallScript): void => {
  user.says('What is the weather?', { from: '0.5s', for: '1s' });
  llm.answers('It is sunny.');
};

/** Why a conversation is not as expected. */
function complaint(test: (kit: CallScript) => void): string {
  try {
    scriptedCall(test);
  } catch (error) {
    expect(error).toBeInstanceOf(TimelineError);
    return (error as TimelineError).message;
  }
  throw new Error('it is as expected');
}

describe('a scripted conversation', () => {
  it('should read like a conversation', () => {
    scriptedCall(({ user, llm, expectTimeline, expectHistory, expectAudio, expectSubscriptions }) => {
      user.says('Tell me a story.', { from: '0.5s', for: '1s' });
      user.says('Stop.', { from: '4s', for: '0.6s' });
      llm.answers('Once upon a time there was a king. He had a daughter.', { firstToken: '250ms' });
      llm.answers('All right.');

      expectTimeline(`
        0.600  user speaking
        1.800  user said "Tell me a story."
        2.290  bot speaking "Once upon a time there was a king."
        4.100  user speaking
        4.100  bot paused "Once upon a time there was a"
        4.600  bot interrupted "Once upon a time there was a"
        4.900  user said "Stop."
        5.220  bot speaking "All right."
        5.820  bot spoke "All right."
      `);
      expectHistory(`
        user "Tell me a story."
        bot  "Once upon a time there was a"
        user "Stop."
        bot  "All right."
      `);
      expectAudio(`
        0.500-1.500  user
        2.290-4.100  bot, cut
        4.000-4.600  user
        5.220-5.820  bot
      `);
      expectSubscriptions(`
        0.000-9.600  input
        0.000-9.600  stt
        1.800-2.270  llm
        1.800-4.100  output
        2.190-2.290  tts "Once upon a time there was a king."
        2.270-2.370  tts "He had a daughter."
        4.900-5.120  llm
        4.900-5.820  output
        5.120-5.220  tts "All right."
      `);
    });
  });

  it('should leave out the steps on the way, unless one is asked for', () => {
    scriptedCall(({ expectTimeline, ...kit }) => {
      weather({ expectTimeline, ...kit });
      expectTimeline(`
        0.600   user speaking
        1.600   user final "What is the weather?"
        1.800   user said
        2.000   bot token "It"
        2.020   bot token
        2.040   bot token
        2.140   bot speaking "It is …"  // any words that begin so
        2.860   bot spoke
        6.500   call completed
      `);
    });
  });

  it('should show differences line by line', () => {
    const test = (kit: CallScript): void => {
      weather(kit);
      kit.expectTimeline(`
        0.600  user speaking
        1.800  user said "What is the weather?"
        1.900  bot speaking "It is sunny."
        2.000  bot interrupted "It"
      `);
    };
    expect(complaint(test)).toBe(`The call is not as expected: 3 of 5 lines differ.

    expected                                  actual
    0.600  user speaking                      0.600  user speaking
    1.800  user said "What is the weather?"   1.800  user said "What is the weather?"
  ≠ 1.900  bot speaking "It is sunny."        2.140  bot speaking "It is sunny."
  - 2.000  bot interrupted "It"
  +                                           2.860  bot spoke "It is sunny."
`);
  });

  it('should notice a difference of a millisecond, a word and a line', () => {
    const wrong = (line: string): string =>
      complaint(kit => {
        weather(kit);
        kit.expectTimeline(`
          0.600  user speaking
          1.800  user said "What is the weather?"
          2.140  bot speaking "It is sunny."
          ${line}
        `);
      });
    expect(wrong('2.861 bot spoke')).toContain('1 of 4 lines differ');
    expect(wrong('2.860 bot spoke "It is rainy."')).toContain('1 of 4 lines differ');
    expect(wrong('')).toContain('+');
  });

  it('should fail as scripted', () => {
    scriptedCall(({ user, llm, tts, output, expectTimeline }) => {
      for (const [index, from] of (['0s', '4s', '8s', '12s'] as const).entries())
        user.says(`Question ${index}.`, { from, for: '1s' });
      llm.fails({ saying: 'It is sunny. Take a hat.', after: '0.4s', error: new Error('503') });
      llm.answers('It is sunny. And warm.');
      tts.failsAt(3);
      output.failsAt(2, { afterFrames: 10 });
      expectTimeline(`
        0.100  user speaking
        1.300  user said
        1.640  bot speaking "It is sunny."
        2.160  bot speaking "Take a hat."
        3.020  turn failed llm "It is sunny. Take a hat."
        4.100  user speaking
        5.300  user said
        5.640  bot speaking "It is sunny."
        6.140  turn failed tts "It is"
        8.100  user speaking
        9.300  user said
        9.640  bot speaking "It is sunny."
        9.640  turn failed output ""
        12.100 user speaking
        13.300 user said
        13.640 bot speaking "It is sunny."
        14.160 bot speaking "And warm."
        14.900 bot spoke
      `);
    });
  });

  it('should be cut off where the user hangs up', () => {
    scriptedCall(({ user, llm, expectTimeline, expectSubscriptions }) => {
      user.says('Hello?', { from: 0, for: 500 });
      user.hangsUp('5s');
      llm.hangs();
      expectTimeline(`
        0.100  user speaking
        0.800  user said "Hello?"
      `);
      expectSubscriptions(`
        0.000-5.000  input
        0.000-5.000  stt
        0.800-5.000  llm
        0.800-5.000  output
      `);
    });
  });

  it('should be a call of your own, with events of the outside', () => {
    scriptedCall(({ user, at, call, expectTimeline, ...kit }) => {
      weather({ user, at, call, expectTimeline, ...kit });
      const outside$ = new Subject<string>();
      const told: string[] = [];
      outside$.subscribe(text => told.push(text));
      at('3s', () => outside$.next('now'));
      call(({ stt, llm, tts, input$, output }) =>
        setup({ stt, llm, tts, systemPrompt: 'Be brief.' }).conversation$(input$, output),
      );
      user.makesNoise({ from: '4s', for: '0.1s' });
      user.leaves('5s');
      expectTimeline(`
        0.600  user speaking
        1.800  user said
        2.140  bot speaking
        2.860  bot spoke
        4.100  user speaking
        4.400  user noise
        5.000  call completed
      `);
      expect(kit.run().asked[0]?.[0]).toEqual({ role: 'system', content: 'Be brief.' });
      expect(told).toEqual(['now']);
    });
  });

  it('should complain about what is still subscribed when it is over', () => {
    const left = complaint(({ call }) => {
      call(({ input$, stt }) => {
        input$.pipe(stt).subscribe();
        interval(10).subscribe();
        return of({ type: 'call.ready' });
      });
    });
    expect(left).toBe('When the call was over, these were still subscribed: stt, input, 2 timers.');
  });

  it('should have happened once it was looked at', () => {
    scriptedCall(({ user, run }) => {
      run();
      expect(() => user.says('Hello?', { from: '1s' })).toThrow(/script all of it before/);
      expect(() => user.says('Hello?', { from: '1m' as '1s' })).toThrow(TypeError);
    });
    expect(() => scriptedCall(({ user }) => user.leaves('soon' as '1s'))).toThrow(
      'Expected a time such as "250ms", "1.5s" or 1500 (ms), but got "soon".',
    );
  });

  it('should run even in a test without expectations, and report its events', () => {
    const { values, completedAt } = scriptedCall(weather);
    expect(values.at(-1)?.value.type).toBe('bot.spoke');
    expect(completedAt).toBe(6_500);
    expect(() =>
      scriptedCall(({ call }) => {
        call(() => merge(of({ type: 'call.ready' } as const), NEVER));
      }),
    ).not.toThrow();
  });
});
