import { z } from 'zod';
import { UsageError } from '../usageError.ts';
import type { Section } from './sections.ts';

/** How the bot is kept from hearing itself. */
export const echoes = ['headphones', 'half-duplex', 'system'] as const;

const text = z.string().min(1);

const schema = z.strictObject({
  inputDevice: text.exactOptional(),
  outputDevice: text.exactOptional(),
  echo: z.enum(echoes).exactOptional(),
  pushToTalk: z.boolean().exactOptional(),
});

/** How to talk: the devices, the treatment of echo, and whether the space bar opens the microphone. */
export type TalkOptions = z.infer<typeof schema>;

const expected: Readonly<Record<string, string>> = {
  inputDevice: "a microphone's name: rxvoice devices lists them",
  outputDevice: "a loudspeaker's name: rxvoice devices lists them",
  echo: echoes.join(', '),
  pushToTalk: 'true or false',
};

/** The options of a talk, checked. */
export function talkOptions({ values, sources }: Section): TalkOptions {
  const { data, error } = schema.safeParse(values);
  if (data) return data;
  const problems = error.issues.flatMap(issue =>
    (issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path[0] ?? '')]).map(field => {
      const from = sources[field] === undefined ? '' : ` (${sources[field]})`;
      const wanted = expected[field];
      return `\n  - talk${field && `.${field}`}${from}: ${
        wanted === undefined
          ? `there is no such option. There are ${Object.keys(expected).join(', ')}.`
          : `expected ${wanted}.`
      }`;
    }),
  );
  throw new UsageError(`The options of a talk are wrong.${problems.join('')}`);
}
