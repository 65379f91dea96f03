import { closeSync, openSync, writeFileSync } from 'node:fs';
import { defer, finalize } from 'rxjs';
import {
  type Conversation,
  setup,
  type RealtimeVoiceConfig,
  type Voice,
  type VoiceConfig,
} from '../lib/index.ts';
import { tape } from '../lib/testing/index.ts';
import type { Config } from './configuration/configure.ts';
import { promptOf } from './configuration/promptOf.ts';
import { writable } from './files.ts';
import { UsageError } from './usageError.ts';

/** How a call goes on tape. */
export interface Taping extends TapeOption {
  /** The configuration of the voice bot. */
  readonly config: Config;
}

interface TapeOption {
  readonly path: string;
  readonly redact: boolean;
  /** How the tape was written, so far. */
  readonly written: { begun: boolean; failure?: unknown };
}

/** `--tape` and `--tape-words`, checked. */
export function tapeOption(options: {
  readonly tape?: string;
  readonly tapeWords?: boolean;
}): TapeOption | undefined {
  const { tape: path, tapeWords = false } = options;
  if (path === undefined && tapeWords)
    throw new UsageError(
      '--tape-words: there is no tape to leave the words on. Name one, too: --tape call.jsonl.',
    );
  if (path === undefined) return undefined;
  writable(path, '--tape');
  return { path, redact: !tapeWords, written: { begun: false } };
}

/** A voice's conversation, taped into a file. A file that can't be written ends no call, see `tape`. */
export const onTape =
  (voice: Voice, { path, redact, config, written }: Taping): Conversation =>
  (input, output) =>
    defer(() => {
      const file = new TapeFile(path, written);
      const taping = tape(line => file.write(line), { redact, conversation: dataOf(config) });
      const vad = config.vad && { vad: taping.vad(config.vad) };
      return setup(
        'realtime' in config
          ? { ...config, ...promptOf(config), ...vad, realtime: taping.realtime(voice.realtime!) }
          : {
              ...config,
              ...promptOf(config),
              ...vad,
              stt: taping.stt(voice.stt),
              llm: taping.llm(voice.llm),
              tts: taping.tts(voice.tts),
            },
      )
        .conversation$(taping.input(input), taping.output(output))
        .pipe(
          taping.call(),
          finalize(() => file.close()),
        );
    });

/** The options of a conversation, without its engines and its private data. */
function dataOf(config: Config): object {
  const { stt, llm, tts, realtime, systemPrompt, history, commands$, ...options } = config as Partial<
    VoiceConfig & RealtimeVoiceConfig
  >;
  return options;
}

/** The file of a tape. An error is kept and reported at the end of the call. */
class TapeFile {
  readonly #written: TapeOption['written'];
  readonly #path: string;
  #file: number | undefined;

  constructor(path: string, written: TapeOption['written']) {
    this.#path = path;
    this.#written = written;
  }

  write(line: string): void {
    this.#trying(() => {
      this.#file ??= openSync(this.#path, 'w');
      writeFileSync(this.#file, line);
      this.#written.begun = true;
    });
  }

  close(): void {
    const file = this.#file;
    if (file === undefined) return;
    try {
      this.#trying(() => closeSync(file));
    } catch {
      // Reported at the end of the call.
    }
  }

  #trying(work: () => void): void {
    try {
      work();
    } catch (cause) {
      this.#written.failure ??= cause;
      throw cause;
    }
  }
}
