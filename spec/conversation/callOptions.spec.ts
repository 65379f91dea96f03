import { concat, finalize, map, NEVER, tap, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { CallOptions } from '../../lib/conversation/callOptions.ts';
import { type Command, conversation, type ConversationOptions, type Message } from '../../lib/index.ts';
import {
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
  virtualTime,
} from '../../lib/testing/index.ts';

/** The user asks; the bot answers. `asked` holds the messages of the model's request. */
const call = (own: CallOptions, options: Partial<ConversationOptions> = {}) => {
  const asked: (readonly Message[])[] = [];
  let opened = 0;
  let open = 0;
  const input$ = scriptedInput(6_000).pipe(
    tap({ subscribe: () => (opened += open += 1) }),
    finalize(() => (open -= 1)),
  );
  const llm = scriptedLlm('Not much.');
  const run = virtualTime(() =>
    conversation({
      stt: scriptedStt([{ from: 2_000, to: 2_500, text: 'What is new?' }]),
      llm: messages => {
        asked.push(messages);
        return llm(messages);
      },
      tts: scriptedTts(),
      ...options,
    })(input$, { write: () => undefined }, own),
  );
  const spoken = run.values.flatMap(({ value }) => (value.type === 'bot.spoke' ? [value.text] : []));
  return { ...run, asked, spoken, opened, open };
};

const say = (text: string, at: number) =>
  concat(timer(at).pipe(map((): Command => ({ type: 'say', text }))), NEVER);

describe('the options of one call', () => {
  it('should go before those of the bot: history, prompt and greeting', () => {
    const bot = {
      systemPrompt: 'Be long.',
      greeting: 'Hello.',
      history: [{ role: 'user', content: 'Old.' }],
    } as const;
    const own = {
      systemPrompt: 'Be short.',
      greeting: 'Hi.',
      history: [{ role: 'user', content: 'Mine.' }],
    } as const;
    const { asked, spoken } = call(own, bot);
    expect(asked[0]!.map(({ content }) => content)).toEqual(['Be short.', 'Mine.', 'Hi.', 'What is new?']);
    expect(spoken).toEqual(['Hi.', 'Not much.']);
    expect(call({}, bot).asked[0]!.map(({ content }) => content)).toEqual([
      'Be long.',
      'Old.',
      'Hello.',
      'What is new?',
    ]);
  });

  it('should obey the commands of the bot and of the call, and fail with either', () => {
    const { spoken } = call({ commands$: say('Mine.', 100) }, { commands$: say('Everyone’s.', 1_000) });
    expect(spoken).toEqual(['Mine.', 'Everyone’s.', 'Not much.']);
    const broken$ = throwError(() => new Error('gone'));
    expect(call({ commands$: broken$ })).toMatchObject({
      failed: { error: new Error('gone') },
      open: 0,
      leftTimers: 0,
    });
    expect(call({}, { commands$: broken$ }).failed?.error).toEqual(new Error('gone'));
  });

  it('should not open the input of a call whose signal is aborted before', () => {
    const { values, completedAt, opened } = call({ signal: AbortSignal.abort() });
    expect([values, completedAt, opened]).toEqual([[], 0, 0]);
  });

  it.each([500, 2_200, 2_900])('should complete, and leave nothing, when it is aborted after %i ms', ms => {
    const controller = new AbortController();
    const commands$ = concat(
      timer(ms).pipe(map((): Command => (controller.abort(), { type: 'interrupt' }))),
      NEVER,
    );
    const { completedAt, failed, open, leftTimers } = call({ signal: controller.signal, commands$ });
    expect([completedAt, failed, open, leftTimers]).toEqual([ms, undefined, 0, 0]);
  });

  it('should do nothing when it is aborted after the end', () => {
    const controller = new AbortController();
    const { completedAt, spoken } = call({ signal: controller.signal });
    controller.abort();
    expect([completedAt! >= 3_000, spoken]).toEqual([true, ['Not much.']]);
  });
});
