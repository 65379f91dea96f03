import { afterAll, beforeAll, vi } from 'vitest';
import { findBackend } from '../../lib/devices/backends.ts';
import { concatFrames, level } from '../../lib/audio/index.ts';
import type { AudioBackend } from '../../lib/devices/index.ts';
import type { AudioFrame } from '../../lib/index.ts';
import { type VirtualSoundCard, virtualSoundCard, whyNoSoundCard } from '../../lib/testing/index.ts';

/** In continuous integration a missing sound server is a failure; elsewhere these specs are left out, and say why. */
const required = process.env['RXVOICE_REQUIRE_AUDIO'] === '1';

/** Why specs that need a sound card are left out; nothing where they run. */
export const leftOut = required ? undefined : whyNoSoundCard();

/** The backends to try the sound card by: naudiodon may be missing where it could not be built. */
export const backends: readonly AudioBackend[] =
  required || installed('naudiodon') ? ['naudiodon', 'system'] : ['system'];

/** The name of a group of specs, with the reason why it is left out where it is. */
export const onSoundCard = (name: string): string =>
  leftOut === undefined ? name : `${name} (left out: ${leftOut})`;

function installed(name: AudioBackend): boolean {
  try {
    return findBackend(name).path !== undefined;
  } catch {
    return false;
  }
}

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

/** A piece of sound, samples: 20 ms. */
const piece = 320;

/** How far on the next piece is looked for, samples: a machine that is busy otherwise makes gaps. */
const reach = 16_000;

/**
 * How much of a clip a recording holds, 0 … 1: the share of its pieces of 20 ms that are in it, sample by sample, and in
 * their order. A gap between them costs the piece that it is in, and no more.
 */
export function heardShare(clip: AudioFrame, heard: readonly AudioFrame[]): number {
  const { pcm } = concatFrames(heard);
  let [at, end] = [0, pcm.length];
  let [sought, there] = [0, 0];
  for (let index = 0; index + piece <= clip.pcm.length; index += piece) {
    const samples = clip.pcm.subarray(index, index + piece);
    if (level({ ...clip, pcm: samples }) < 0.002) continue; // silence is everywhere
    sought++;
    const found = indexOf(samples, pcm, at, end);
    if (found === undefined) continue;
    there++;
    [at, end] = [found + piece, found + piece + reach];
  }
  return there / sought;
}

/** Where some samples are in others, within the rounding of a sound server. */
function indexOf(samples: Int16Array, pcm: Int16Array, from: number, to: number): number | undefined {
  for (let at = from; at < Math.min(to, pcm.length - samples.length); at++) {
    let index = 0;
    while (index < samples.length && Math.abs(samples[index]! - pcm[at + index]!) <= 2) index++;
    if (index === samples.length) return at;
  }
  return undefined;
}
