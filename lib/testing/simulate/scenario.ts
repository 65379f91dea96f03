import { z } from 'zod';
import { RxvoiceError } from '../../errors.ts';
import { expectation, nameOf, received, withoutEchoes } from '../../options/problems.ts';

const text = z.string().min(1);
const regularExpression = text.refine(
  source => {
    try {
      return new RegExp(source, 'iu').source !== '';
    } catch {
      return false;
    }
  },
  { error: 'a regular expression' },
);

const expectations = {
  /** The bot says these words, whatever their case. */
  says: text.exactOptional(),
  /** What the bot says matches this regular expression, whatever the case. */
  matches: regularExpression.exactOptional(),
  /** The bot calls this tool. */
  calls: text.exactOptional(),
  /** The bot begins to answer so soon after the caller fell silent, ms. */
  withinMs: z.number().int().positive().exactOptional(),
  /** The caller interrupts this reply, and it ends there. */
  interrupted: z.boolean().exactOptional(),
};
const answer = z.strictObject(expectations);

const exchange = z.strictObject({
  /** What the caller says. */
  caller: text,
  /** Says it into the bot's reply to what was said before, so long after it begins, ms. Default: when it has ended. */
  interruptsAfterMs: z.number().int().nonnegative().exactOptional(),
  /** What is expected of the bot's answer. */
  bot: answer.exactOptional(),
});

const scenario = z
  .strictObject({
    $schema: text.exactOptional(),
    /** What it is about, in a line. */
    name: text,
    /** What is said, and expected, one after the other. */
    conversation: z.array(exchange).min(1).exactOptional(),
    /** Instead: who calls and what for, for a language model to play. */
    caller: z
      .strictObject({ goal: text, maxTurns: z.number().int().min(1).max(50).default(8) })
      .exactOptional(),
    /** What is expected of the call as a whole: some answer is so; `withinMs` is for all of them. */
    expect: z.array(answer).exactOptional(),
    /** What the bot never says: words, whatever their case. */
    never: z.array(text).exactOptional(),
  })
  .refine(({ conversation, caller }) => (conversation === undefined) !== (caller === undefined), {
    error: 'either a conversation (line by line) or a caller (with a goal)',
  });

/** A conversation as it is written down: what the caller says or wants, and what is expected of the bot. */
export type Scenario = z.infer<typeof scenario>;

/** One line of a scenario. */
export type Exchange = z.infer<typeof exchange>;

/** What is expected of an answer; all of it must be so. */
export type Expectation = z.infer<typeof answer>;

/**
 * Checks a scenario, mostly from a JSON file.
 *
 * @throws RxvoiceError that lists every problem.
 */
export function readScenario(data: unknown): Scenario {
  const { data: read, error } = scenario.safeParse(data);
  if (error)
    throw new RxvoiceError(
      `The scenario is not right.${withoutEchoes(error.issues)
        .flatMap(issue => problemsOf(issue, data))
        .map(problem => `\n  - ${problem}`)
        .join('')}`,
    );
  return read;
}

const problemsOf = (issue: z.core.$ZodIssue, data: unknown): string[] => {
  const path = nameOf(issue.path) || 'the scenario';
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map(key => `${nameOf([...issue.path, key])}: there is no such field.`)
    : [`${path}: expected ${expectation(issue)}, received ${received(issue.path, data)}.`];
};
