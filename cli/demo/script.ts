import { readFileSync } from 'node:fs';
import { readWav } from '../../lib/audio/index.ts';
import type { AudioFrame } from '../../lib/index.ts';

/** One thing the caller of the demo says. */
export interface ScriptLine {
  /** The words of the clip, for display. */
  readonly text: string;
  /** Whether a real person was recorded, or a second synthetic voice speaks. */
  readonly speaker: 'a real person' | 'synthetic voice';
  /** `turn`: after the bot has finished; `interrupt`: while it speaks its second sentence. */
  readonly cue: 'turn' | 'interrupt';
  readonly clip: () => AudioFrame;
}

const clip = (name: string) => (): AudioFrame =>
  readWav(readFileSync(new URL(`./clips/${name}.wav`, import.meta.url)));

const synthetic = (name: string, text: string, cue: ScriptLine['cue'] = 'turn'): ScriptLine => ({
  text,
  speaker: 'synthetic voice',
  cue,
  clip: clip(name),
});

const person = (name: string, text: string): ScriptLine => ({
  text,
  speaker: 'a real person',
  cue: 'turn',
  clip: clip(name),
});

/** The caller's lines, in order. `clips/README.md` has the sources and licences. */
export const script: readonly ScriptLine[] = [
  synthetic('hello', 'Hello, my name is Maria. Who are you?'),
  synthetic('sum', 'What is seventeen times twenty three?'),
  person('goforward', 'Go forward ten meters.'),
  synthetic('explain', 'Explain what you are measuring.'),
  synthetic('interrupt', 'Wait, stop. What time is it?', 'interrupt'),
  synthetic('remember', 'Do you remember my name?'),
  person('something', 'Go somewhere and do something.'),
  synthetic('goodbye', 'Thank you. Goodbye.'),
];
