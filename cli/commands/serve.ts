import { randomBytes } from 'node:crypto';
import chalk from 'chalk';
import type { Command } from 'commander';
import { connect, filter, fromEvent, merge, mergeMap, type Observable, tap } from 'rxjs';
import {
  forwardedAddress,
  type ServerListening,
  logLines,
  serve as serveCalls,
  type ServerEvent,
  traced,
} from '../../lib/server/index.ts';
import { printable } from '../../lib/text/printable.ts';
import { configure, type Options } from '../configuration/configure.ts';
import { withSettings } from '../configuration/settings.ts';
import { untilInterrupted } from '../untilInterrupted.ts';
import { UsageError } from '../usageError.ts';
import { writeSentences } from '../view/writeSentences.ts';
import { whileLoading } from '../whileLoading.ts';

interface ServeOptions extends Options {
  readonly port: string;
  readonly host: string;
  readonly calls: string;
  readonly drain: string;
  readonly origin?: readonly string[];
  readonly allowedHost?: readonly string[];
  readonly proxies?: string;
  readonly callsPerAddress?: string;
  readonly twilioUrl?: string;
  readonly opus?: boolean;
  readonly json?: boolean;
}

/** `rxvoice serve`: a page to talk with the bot, and the server that pages and phones call. */
export const serve = (command: Command): Command =>
  withSettings(command, 'stt', 'llm', 'tts', 'realtime')
    .option('-p, --port <port>', 'where to listen; 0 for any port that is free', '8080')
    .option(
      '--host <address>',
      'the interface; 0.0.0.0 for all, behind a proxy that speaks https',
      '127.0.0.1',
    )
    .option('--calls <count>', 'how many calls at the same time', '100')
    .option(
      '--drain <seconds>',
      'how long running calls may go on after SIGTERM; a second one ends them',
      '60',
    )
    .option(
      '--calls-per-address <count>',
      'how many of them from one address; default half, none in private networks',
    )
    .option('--origin <origins...>', 'pages that may call; default those of its own scheme, host and port')
    .option(
      '--allowed-host <hosts...>',
      'hosts it may be asked for, .example.com for all below; default localhost only, unless --host opens it to others',
    )
    .option(
      '--proxies <count>',
      'how many proxies each caller comes through: their X-Forwarded-For is believed',
    )
    .option('--twilio-url <url>', 'the address Twilio calls, if a proxy changes it; needs $TWILIO_AUTH_TOKEN')
    .option('--opus', 'an eighth of the network’s load, where the browser can; needs npm i @evan/opus')
    .option('--json', 'logs for programs: one JSON object a line')
    .addHelpText(
      'after',
      `
Environment:
  RXVOICE_TOKEN_SECRET            calls need a token signed with it (mintToken); the page is not served then.
                                  Without it whoever sees the page may call
  RXVOICE_TOKEN_SECRET_OLD        the one before: tokens signed with it are still accepted
  TWILIO_AUTH_TOKEN               answers Twilio Media Streams at /twilio
  TWILIO_SECONDARY_AUTH_TOKEN     accepted as well, while one replaces the other`,
    )
    .action(async (options: ServeOptions) => {
      const { voice, about } = await configure(options);
      const secret = process.env['RXVOICE_TOKEN_SECRET'] || undefined;
      const oldSecret = process.env['RXVOICE_TOKEN_SECRET_OLD'] || undefined;
      const authToken = process.env['TWILIO_AUTH_TOKEN'] || undefined;
      const secondToken = process.env['TWILIO_SECONDARY_AUTH_TOKEN'] || undefined;
      if (options.twilioUrl !== undefined && authToken === undefined)
        throw new UsageError('--twilio-url: set TWILIO_AUTH_TOKEN, with which Twilio signs, too.');
      const served$ = serveCalls({
        call: () => voice,
        port: whole('--port', options.port, 65_535),
        host: options.host,
        // Only the page can call: this server issues its tokens.
        tokenSecret: [
          secret ?? randomBytes(32).toString('hex'),
          ...(secret !== undefined && oldSecret !== undefined ? [oldSecret] : []),
        ],
        page: secret === undefined,
        pageToken: secret === undefined,
        opus: options.opus === true,
        limits: {
          calls: whole('--calls', options.calls, 1e9, 1),
          ...(options.callsPerAddress !== undefined && {
            callsPerAddress: whole('--calls-per-address', options.callsPerAddress, 1e9, 1),
          }),
        },
        ...(options.proxies !== undefined && {
          addressOf: forwardedAddress(whole('--proxies', options.proxies, 100, 1)),
        }),
        ...(options.allowedHost !== undefined && { allowedHosts: options.allowedHost }),
        ...(options.origin !== undefined && { origins: options.origin }),
        ...(authToken !== undefined && {
          twilio: {
            authToken: [authToken, ...(secondToken === undefined ? [] : [secondToken])],
            ...(options.twilioUrl !== undefined && { url: options.twilioUrl }),
          },
        }),
        drain$: fromEvent(process, 'SIGTERM'),
        drainMs: whole('--drain', options.drain, 1_000_000) * 1000,
      });
      const work$ = options.json === true ? logged(served$) : told(served$, about);
      // Callers don't wait for an engine to load.
      const ready$ = [voice.stt, voice.llm, voice.tts].reduce(
        (work$, engine) => whileLoading(engine, work$),
        work$,
      );
      process.exitCode = await untilInterrupted(ready$, { ownSignal: 'SIGTERM', withoutReader: true });
    });

/** Everything the server emits, printed, and traced where OpenTelemetry is set up. */
const watched = (
  served$: Observable<ServerEvent | ServerListening>,
  listening: (event: ServerListening) => void,
  tell: (event$: Observable<ServerEvent>) => Observable<unknown>,
): Observable<unknown> =>
  served$.pipe(
    connect(all$ => {
      const event$ = all$.pipe(filter((event): event is ServerEvent => event.type !== 'listening'));
      return merge(
        all$.pipe(tap(event => event.type === 'listening' && listening(event))),
        event$.pipe(traced()),
        tell(event$),
      );
    }),
  );

const logged = (served$: Observable<ServerEvent | ServerListening>): Observable<unknown> =>
  watched(
    served$,
    ({ url, elsewhere }) => write(JSON.stringify({ level: 'info', message: 'listening', url, elsewhere })),
    event$ => event$.pipe(logLines(), tap(write)),
  );

/** The address, and a line for each call, for a person. */
const told = (served$: Observable<ServerEvent | ServerListening>, about: string): Observable<unknown> =>
  watched(
    served$,
    ({ url, elsewhere }) =>
      writeSentences(
        `${about}\n\nOpen ${chalk.bold(url)} in a browser and talk. Ctrl-C ends it.\n${others(elsewhere)}`,
      ),
    event$ => event$.pipe(mergeMap(lineOf), tap(write)),
  );

/** How others get there: a browser takes no microphone on their addresses as they are. */
const others = (addresses: readonly string[]): string =>
  addresses.length === 0
    ? ''
    : `\nFrom other machines: ${addresses.join(', ')}.\nBrowsers give a microphone to pages over https and of localhost only: ` +
      'put a proxy that speaks https in front of it, or use ssh -L 8080:localhost:8080.\n';

/** A line for a person about an event; none for most. Text from outside is cleaned for a terminal. */
export const lineOf = (event: ServerEvent): string[] => {
  switch (event.type) {
    case 'placed':
      return [`${short(event.call)} placed over ${event.transport}${from(event.address)}`];
    case 'measured':
      return [
        `${short(event.call)} turn ${event.turn.turn}: ${event.turn.outcome}, ${event.turn.total === undefined ? '–' : Math.round(event.turn.total)} ms`,
      ];
    case 'detached':
      return [`${short(event.call)} lost its connection`];
    case 'resumed':
      return [`${short(event.call)} is back`];
    case 'ended':
      return [
        `${short(event.call)} over after ${Math.round(event.lastedMs / 1000)} s: ${shown(event.reason)} (${event.code})`,
      ];
    case 'refused':
      return [`refused${from(event.address)}: ${shown(event.reason)} (${event.code})`];
    default:
      return [];
  }
};

const from = (address: string | undefined): string =>
  address === undefined ? '' : ` from ${shown(address)}`;

/** Text from outside, in one line and without control characters. */
const shown = (text: string): string => printable(text).replace(/\s+/gu, ' ');

const short = (call: string): string => chalk.dim(shown(call).slice(0, 8));

const write = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function whole(flag: string, value: string, most: number, least = 0): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number;
  throw new UsageError(
    `${flag} ${value}: expected a whole number${least > 0 ? ` from ${least}` : ''} up to ${most}.`,
  );
}
