import { closeSync, openSync, writeSync } from 'node:fs';
import { defer, finalize } from 'rxjs';
import { type Conversation, setup, type Voice, type VoiceConfig } from '../lib/index.ts';
import { tape } from '../lib/testing/index.ts';
import { promptOf } from './configuration/promptOf.ts';
import { writable } from './files.ts';
import { UsageError } from './usageError.ts';

/** How a call goes on tape. */
export interface Taping extends TapeOption {
  /** What the voice was set up with. */
  readonly config: VoiceConfig;
}

interface TapeOption {
  readonly path: string;
  readonly redact: boolean;
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
  return { path, redact: !tapeWords };
}

/** A voice's conversation, taped into a file. */
export const onTape =
  (voice: Voice, { path, redact, config }: Taping): Conversation =>
  (input, output) =>
    defer(() => {
      const { stt, llm, tts, systemPrompt, history, commands$, ...options } = config;
      const file = openSync(path, 'w');
      const taping = tape(line => writeSync(file, line), { redact, conversation: options });
      return setup({
        ...config,
        stt: taping.stt(voice.stt),
        llm: taping.llm(voice.llm),
        tts: taping.tts(voice.tts),
        ...promptOf(config),
        ...(config.voice && { voice: taping.voice(config.voice) }),
      })
        .conversation$(taping.input(input), taping.output(output))
        .pipe(
          taping.call(),
          finalize(() => closeSync(file)),
        );
    });
