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
  /** The bot's words match this regular expression, case-insensitively. */
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
  /** The caller's words. */
  caller: text,
  /** Says it during the bot's reply to the previous line, this long after the reply begins, ms. Default: when it has ended. */
  interruptsAfterMs: z.number().int().nonnegative().exactOptional(),
  /** Expectations of the bot's answer. */
  bot: answer.exactOptional(),
});

const scenario = z
  .strictObject({
    $schema: text.exactOptional(),
    /** Its subject, in a line. */
    name: text,
    /** Lines and expectations, one after the other. */
    conversation: z.array(exchange).min(1).exactOptional(),
    /** Instead: the caller and their goal, for a language model to play. */
    caller: z
      .strictObject({ goal: text, maxTurns: z.number().int().min(1).max(50).default(8) })
      .exactOptional(),
    /** Expectations of the call as a whole: some answer meets them; `withinMs` is for all answers. */
    expect: z.array(answer).exactOptional(),
    /** Words the bot must never say, case-insensitive. */
    never: z.array(text).exactOptional(),
  })
  .refine(({ conversation, caller }) => (conversation === undefined) !== (caller === undefined), {
    error: 'either a conversation (line by line) or a caller (with a goal)',
  });

/** A conversation as a file describes it: the caller's lines or goal, and the expectations of the bot. */
export type Scenario = z.infer<typeof scenario>;

/** One line of a scenario. */
export type Exchange = z.infer<typeof exchange>;

/** Expectations of an answer; it must meet all of them. */
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
