import { it } from 'vitest';
import { scriptedCall } from 'rxvoice/testing';

it('should fall silent for a voice, and listen when it says something', () => {
  scriptedCall(({ user, llm, expectTimeline }) => {
    user.says('Tell me a story.', { from: '0.5s', for: '1s' });
    user.says('Stop.', { from: '4s', for: '0.6s' });
    llm.answers('Once upon a time there was a king. He had a daughter.', { firstToken: '250ms' });
    llm.answers('All right.');

    expectTimeline(`
      0.600  user speaking
      1.800  user said "Tell me a story."
      2.290  bot speaking "Once upon a time …"
      4.100  user speaking
      4.100  bot paused "Once upon a time there was a"
      4.600  bot interrupted "Once upon a time there was a"
      4.900  user said "Stop."
      5.220  bot speaking "All right."
      5.820  bot spoke "All right."
    `);
  });
});
