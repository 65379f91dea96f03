import { scriptedCall } from 'rxvoice/testing';
import { it } from 'vitest';
import { bot } from './bot.ts';
import { standIn } from './standIn.ts';

it('should look up when the bakery is open, and fall silent when the caller speaks', () => {
  // A whole phone call, to the millisecond, in no time: the caller's words and their times, and all events.
  scriptedCall(({ user, call, expectTimeline }) => {
    call({ llm: standIn, tools: bot.tools ?? [] });
    user.says('Are you open on Sunday?', { from: '0.5s', for: '1.5s' });
    user.says('And on Saturday?', { from: '3s', for: '1s' });

    expectTimeline(`
      0.600  user speaking
      2.300  user said "Are you open on Sunday?"
      2.300  bot tool
      2.300  bot toolResult
      2.400  bot speaking "On Sunday we are closed."
      3.100  user speaking
      3.100  bot paused "On Sunday"
      3.340  bot interrupted "On Sunday"
      4.300  user said "And on Saturday?"
      4.300  bot tool
      4.300  bot toolResult
      4.400  bot speaking "On Saturday we are open from 7 am to 1 pm."
      6.920  bot spoke "On Saturday we are open from 7 am to 1 pm."
    `);
  });
});
