import { z } from 'zod';
import { RxvoiceError } from '../errors.ts';
import { expectation, nameOf, received, withoutEchoes } from '../options/problems.ts';
import type { VoiceServerOptions } from './options.ts';
import { eventNames } from './clientEvents.ts';

const limit = (least: number) =>
  z.custom<number>(
    value => typeof value === 'number' && value >= least,
    `a number of at least ${least}, or Infinity`,
  );

const isOrigin = (value: unknown): boolean =>
  typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value;

const origins = z.unknown().superRefine((value, context) => {
  if (value === 'any') return;
  if (!Array.isArray(value))
    return context.addIssue({ code: 'custom', message: 'a list of origins, or "any"' });
  for (const [at, origin] of value.entries())
    if (!isOrigin(origin))
      context.addIssue({
        code: 'custom',
        path: [at],
        message: 'an origin without a path, such as "https://example.com"',
      });
});

const list = z.array(z.unknown());

const hosts = z.unknown().superRefine((value, context) => {
  if (value === 'any') return;
  const { success, data } = list.safeParse(value);
  if (!success) return context.addIssue({ code: 'custom', message: 'a list of hosts, or "any"' });
  for (const [at, host] of data.entries())
    if (!(typeof host === 'string' && /^\.?[\w-]+(?:\.[\w-]+)*$|^[\da-f:]*:[\da-f:]*$/iu.test(host)))
      context.addIssue({
        code: 'custom',
        path: [at],
        message: 'a host without scheme, port and path, such as "example.com"',
      });
});

const isSecret = (value: unknown): boolean => typeof value === 'string' && value !== '';
/** One secret, or a list of several. */
const secrets = (value: unknown): boolean =>
  isSecret(value) || (Array.isArray(value) && value.length > 0 && value.every(isSecret));

const path = z.custom<string>(
  value => typeof value === 'string' && value.startsWith('/'),
  'a path that begins with a slash, such as "/call"',
);

const endpoint = z.union([path, z.literal(false)]);

const schema = z.strictObject({
  call: z.custom(value => typeof value === 'function', 'a function that sets up a call'),
  path: path.optional(),
  origins: origins.optional(),
  limits: z
    .strictObject({
      calls: limit(0).optional(),
      callsPerUser: limit(1).optional(),
      callsPerAddress: limit(1).optional(),
      callMs: limit(1).optional(),
      idleMs: limit(1).optional(),
      resumeMs: limit(0).optional(),
      helloMs: limit(1).optional(),
      pingMs: limit(1).optional(),
    })
    .optional(),
  twilio: z
    .strictObject({
      authToken: z.custom(
        value => value === false || secrets(value),
        'the auth token of your Twilio account, or false to accept unsigned calls',
      ),
      url: z.string().optional(),
      path: path.optional(),
      callTokens: z.boolean().optional(),
    })
    .optional(),
  allowedHosts: hosts.optional(),
  addressOf: z.custom(value => typeof value === 'function', 'a function that returns an address').optional(),
  tokenSecret: z.custom(value => typeof value === 'string' || secrets(value), 'a text').optional(),
  tokenAudience: z.string().min(1).optional(),
  tokenLeewayMs: limit(0).optional(),
  endpoints: z
    .union(
      [
        z.boolean(),
        z.strictObject({
          health: endpoint.optional(),
          ready: endpoint.optional(),
          metrics: endpoint.optional(),
          authorise: z.custom(value => typeof value === 'function').optional(),
        }),
      ],
      'true, false, or { health, ready, metrics, authorise } with paths that begin with a slash, or false',
    )
    .optional(),
  page: z.boolean().optional(),
  pageToken: z.boolean().optional(),
  tell: z.array(z.custom(value => eventNames.includes(value as never), 'the name of an event')).optional(),
  opus: z.boolean().optional(),
});

/**
 * Checks the options of a server: values that types can't check, or that come from the environment.
 *
 * @throws RxvoiceError that names every wrong field and its expected value. A token is never shown.
 */
export function checkOptions(options: VoiceServerOptions): void {
  const { error } = schema.safeParse(options);
  if (error === undefined) {
    if (options.twilio?.callTokens === true && options.tokenSecret === undefined)
      throw new RxvoiceError('twilio.callTokens: set tokenSecret, with which the tokens are signed, too.');
    return;
  }
  const problems = withoutEchoes(error.issues).flatMap(issue =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map(key => `${nameOf([...issue.path, key])}: there is no such option; check its spelling.`)
      : `${nameOf(issue.path)}: expected ${expectation(issue)}, but got ${got(issue.path, options)}.`,
  );
  throw new RxvoiceError(problems.join('\n'));
}

const got = (path: readonly PropertyKey[], options: unknown): string =>
  path.includes('authToken') || path.includes('tokenSecret')
    ? 'nothing that can be one'
    : received(path, options);
