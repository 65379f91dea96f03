import chalk from 'chalk';
import type { Command } from 'commander';
import { map, merge, mergeMap, type Observable, tap } from 'rxjs';
import type { LoopbackEvent } from '../../lib/testing/index.ts';
import { printableJson } from '../../lib/text/printable.ts';
import { builtinReply, callingFirst } from '../emulate/builtinReply.ts';
import { eventLine } from '../emulate/eventLine.ts';
import { faultList, faultOption } from '../emulate/faultOption.ts';
import { rewording } from '../emulate/rewording.ts';
import { type Servers, servers } from '../emulate/servers.ts';
import { speechEngines } from '../emulate/speechEngines.ts';
import { untilInterrupted } from '../untilInterrupted.ts';
import { UsageError } from '../usageError.ts';
import { writeSentences } from '../view/writeSentences.ts';
import { whileLoading } from '../whileLoading.ts';

interface EmulateOptions {
  readonly deepgramPort: string;
  readonly openaiPort: string;
  readonly hear?: string;
  readonly line?: readonly string[];
  readonly speak?: string;
  readonly reply?: string;
  readonly reword?: readonly string[];
  readonly call?: string;
  readonly connectLatency: string;
  readonly sttLatency: string;
  readonly endOfTurn: string;
  readonly llmLatency: string;
  readonly tokensPerSecond: string;
  readonly ttsLatency: string;
  readonly ttsSpeed: string;
  readonly fault?: readonly string[];
  readonly seed: string;
  readonly json?: boolean;
}

/** `rxvoice emulate`: Deepgram and OpenAI on this machine, for trying and testing without keys. */
export const emulate = (command: Command): Command =>
  command
    .option('--deepgram-port <port>', 'where Deepgram listens; 0 for any port that is free', '9101')
    .option('--openai-port <port>', 'where OpenAI listens; 0 for any port that is free', '9102')
    .option(
      '--hear <how>',
      'offline (really hears what is said; default if installed) or energy (by loudness)',
    )
    .option('--line <text...>', 'with --hear energy: what is heard, one after the other')
    .option('--speak <how>', 'offline (really speaks; default if installed) or tone')
    .option('--reply <text>', 'what the model answers; default: the built-in responder')
    .option('--reword <pair...>', 'words=other: a Realtime voice of OpenAI says the other words')
    .option('--call <tool>', 'a tool that the model calls before its answer where it is offered: name[:json]')
    .option('--connect-latency <ms>', 'from the request for a socket to its opening', '0')
    .option('--stt-latency <ms>', 'from the audio that decides it to a transcript', '80')
    .option('--end-of-turn <ms>', 'silence after which Flux takes a turn for over', '260')
    .option('--llm-latency <ms>', 'from the request to the first token', '250')
    .option('--tokens-per-second <count>', 'how fast the model writes', '50')
    .option('--tts-latency <ms>', 'from a text to its first audio', '120')
    .option('--tts-speed <factor>', 'how much faster than real time speech comes', '8')
    .option('--fault <fault...>', 'what goes wrong: name[@endpoint][#n][:probability], see below')
    .option('--seed <number>', 'where the chances of faults begin', '1')
    .option('--json', 'one event a line, for programs; what was said is in them')
    .addHelpText(
      'after',
      `
Faults (cut: always; cut:0.1: one in ten; 500@completions#2: the second request for a completion):
${faultList()}`,
    )
    .action(async (options: EmulateOptions) => {
      const { stt, sttFor, tts } = speechEngines(options);
      const faults = options.fault?.map(faultOption) ?? [];
      const answer = options.reply ?? builtinReply;
      const common = {
        faults,
        seed: number('--seed', options.seed),
        ...(tts && { tts }),
        ...(sttFor && { stt: sttFor }),
        ...(options.line && { lines: options.line }),
      };
      const connectMs = number('--connect-latency', options.connectLatency);
      const sttMs = number('--stt-latency', options.sttLatency);
      const speaking = {
        ttsMs: number('--tts-latency', options.ttsLatency),
        ttsSpeed: number('--tts-speed', options.ttsSpeed, 0.1),
      };
      const running$ = servers(
        {
          ...common,
          port: number('--deepgram-port', options.deepgramPort),
          latencies: {
            ...speaking,
            connectMs,
            sttMs,
            endOfTurnMs: number('--end-of-turn', options.endOfTurn),
          },
        },
        {
          ...common,
          port: number('--openai-port', options.openaiPort),
          reply: options.call === undefined ? answer : callingFirst(options.call, answer),
          ...(options.reword && { reword: rewording(options.reword) }),
          latencies: {
            ...speaking,
            connectMs,
            sttMs,
            firstTokenMs: number('--llm-latency', options.llmLatency),
            tokensPerSecond: number('--tokens-per-second', options.tokensPerSecond),
          },
        },
      );
      const about = `It hears ${stt ? 'what is said' : 'by loudness'} and speaks ${tts ? 'really' : 'in tones'}.`;
      const told$ = running$.pipe(options.json === true ? asJson : forPeople(about));
      process.exitCode = await untilInterrupted(whileLoading(stt ?? {}, whileLoading(tts ?? {}, told$)), {
        withoutReader: true,
      });
    });

const write = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const eventsOf = ({ deepgram, openai }: Servers): Observable<LoopbackEvent & { readonly server: string }> =>
  merge(
    deepgram.event$.pipe(map(event => ({ server: 'deepgram', ...event }))),
    openai.event$.pipe(map(event => ({ server: 'openai', ...event }))),
  );

/** A line with the addresses, then one an event. */
const asJson = (servers$: Observable<Servers>): Observable<unknown> =>
  servers$.pipe(
    tap(({ deepgram, openai }) =>
      write(JSON.stringify({ type: 'listening', deepgram: deepgram.url, openai: openai.baseURL })),
    ),
    mergeMap(eventsOf),
    tap(event => write(printableJson(event))),
  );

/** The addresses, how to use them, and a line for each important event. */
const forPeople =
  (about: string) =>
  (servers$: Observable<Servers>): Observable<unknown> =>
    servers$.pipe(
      tap(({ deepgram, openai }) =>
        writeSentences(
          [
            `Deepgram is at ${chalk.bold(deepgram.url)}, OpenAI at ${chalk.bold(openai.baseURL)}. ${about}`,
            'Any key will do. To use them from another terminal:',
            '',
            `  export DEEPGRAM_BASE_URL=${deepgram.url} DEEPGRAM_API_KEY=any`,
            `  export OPENAI_BASE_URL=${openai.baseURL} OPENAI_API_KEY=any OPENAI_MODEL=any`,
            '  export RXVOICE_LLM_API=responses RXVOICE_LLM_TRANSPORT=websocket # else Chat Completions',
            '',
            'Ctrl-C ends it.',
            '',
          ].join('\n'),
        ),
      ),
      mergeMap(eventsOf),
      tap(event => {
        const line = eventLine(event);
        if (line !== undefined) write(line);
      }),
    );

function number(flag: string, value: string, least = 0): number {
  const read = Number(value);
  if (value.trim() !== '' && Number.isFinite(read) && read >= least) return read;
  throw new UsageError(`${flag} ${value}: expected a number${least > 0 ? ` of ${least} or more` : ''}.`);
}
