import { frameMs } from '../lib/audio/index.ts';
import type { AudioFrame, VoiceConfig } from '../lib/index.ts';

/** Below it there is nothing but the noise of a converter, dB of the loudest that a sample can be. */
const silentBelow = -60;

/** The error if nothing was heard in a recording, with possible causes. */
export function nothingHeard(path: string, sound: AudioFrame, stt?: VoiceConfig['stt']): string {
  if (sound.pcm.length === 0) return `nothing was heard in ${path}: there is no sound in it.`;
  const loudest = sound.pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const decibels = Math.round(20 * Math.log10(loudest / 32_768));
  const seconds = `${(frameMs(sound) / 1000).toFixed(1)} s`;
  if (decibels < silentBelow)
    return `nothing was heard in ${path}: it is silent (${seconds}). Was the microphone muted when it was recorded?`;
  return `nothing was heard in ${path} (${seconds}, ${decibels} dB at the loudest). Check that it contains speech. ${cureOf(stt)}`.trimEnd();
}

function cureOf(stt: VoiceConfig['stt'] | undefined): string {
  if (stt === undefined) return '';
  if (typeof stt === 'function') return 'Your own engine gave no words.';
  if (stt.engine !== 'local') return 'If it is in another language, name it with --language.';
  const better = stt.model === 'base' ? '' : '; --stt-model base hears more in noise';
  return `The local engine knows English only${better}.`;
}
