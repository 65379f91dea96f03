import { afterAll, beforeAll, vi } from 'vitest';
import { type AudioFrame, concatFrames } from '../../lib/index.ts';
import { type VirtualSoundCard, virtualSoundCard, whyNoSoundCard } from '../../lib/testing/index.ts';

/** In continuous integration what is missing is a failure; elsewhere these specs are left out, and say why. */
const required = process.env['RXVOICE_REQUIRE_AUDIO'] === '1';

/** Why specs that need a sound card are left out; nothing where they run. */
export const leftOut = required ? undefined : whyNoSoundCard();

/** The name of a group of specs, with the reason why it is left out where it is. */
export const onSoundCard = (name: string): string =>
  leftOut === undefined ? name : `${name} (left out: ${leftOut})`;

/** A virtual sound card for the specs of a file, which this process and those that it starts use. */
export function theSoundCard(): { readonly card: VirtualSoundCard } {
  let card: VirtualSoundCard | undefined;
  beforeAll(async () => {
    if (leftOut !== undefined) return;
    card = await virtualSoundCard();
    for (const [name, value] of Object.entries(card.env)) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await card?.stop();
  });
  return {
    get card() {
      return card!;
    },
  };
}

/** How well a recording holds a clip: where it is, how alike it is there (1: the same), and how many samples are equal. */
export function found(
  clip: AudioFrame,
  heard: readonly AudioFrame[],
): { readonly at: number; readonly correlation: number; readonly same: number } {
  const { pcm } = concatFrames(heard);
  // Where the loudest piece of the clip is heard best, the rest must be too.
  const piece = 800;
  let loudest = 0;
  for (let index = 0; index + piece < clip.pcm.length; index += piece)
    if (power(clip.pcm, index, piece) > power(clip.pcm, loudest, piece)) loudest = index;
  let [at, best] = [0, -Infinity];
  for (let index = 0; index + piece <= pcm.length; index++) {
    const alike = product(clip.pcm, loudest, pcm, index, piece) / Math.sqrt(power(pcm, index, piece) || 1);
    if (alike > best) [at, best] = [index - loudest, alike];
  }
  const from = Math.max(0, -at);
  const length = Math.min(clip.pcm.length, pcm.length - at) - from;
  let same = 0;
  for (let index = from; index < from + length; index++) same += Number(clip.pcm[index] === pcm[at + index]);
  const correlation =
    product(clip.pcm, from, pcm, at + from, length) /
    Math.sqrt(power(clip.pcm, from, length) * power(pcm, at + from, length) || 1);
  return { at, correlation: correlation * (length / clip.pcm.length), same: same / clip.pcm.length };
}

const power = (pcm: Int16Array, from: number, length: number): number =>
  product(pcm, from, pcm, from, length);

function product(one: Int16Array, at: number, other: Int16Array, from: number, length: number): number {
  let sum = 0;
  for (let index = 0; index < length; index++) sum += one[at + index]! * other[from + index]!;
  return sum;
}
