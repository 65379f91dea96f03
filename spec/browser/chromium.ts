import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { concatFrames, frameOf, silence, writeWav } from '../../lib/audio/index.ts';
import type { AudioFrame } from '../../lib/index.ts';

/** Where Debian's package puts it; another place by the environment. */
export const executablePath = process.env['RXVOICE_CHROMIUM'] ?? '/usr/bin/chromium';

/** Why the specs that need a browser are left out, if so. CI must not leave them out. */
export const noChromium: string | undefined =
  existsSync(executablePath) || process.env['RXVOICE_REQUIRE_CHROMIUM'] !== undefined
    ? undefined
    : `there is no ${executablePath}: apt-get install chromium, or set RXVOICE_CHROMIUM`;

/** A browser whose microphone hears this, once, from the moment a page asks for it. */
export async function browserHearing(
  sound: AudioFrame,
): Promise<{ browser: Browser; close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'rxvoice-chromium-'));
  const wav = join(folder, 'microphone.wav');
  writeFileSync(wav, writeWav(sound));
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${wav}%noloop`,
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Records the audio that a page sends to its loudspeaker. Before the page is opened. */
export const tapLoudspeaker = (page: Page): Promise<unknown> =>
  page.addInitScript({ path: join(import.meta.dirname, 'tapLoudspeaker.js') });

/** Audio sent to the loudspeaker so far. */
export async function heardBy(page: Page): Promise<AudioFrame> {
  const { base64, sampleRate } = await page.evaluate<{ base64: string; sampleRate: number }>(
    'heardInBase64()',
  );
  return frameOf(Buffer.from(base64, 'base64'), sampleRate);
}

/** Clips of 16,000 Hz and silences (ms) one after the other. */
export const inARow = (...parts: readonly (AudioFrame | number)[]): AudioFrame =>
  concatFrames(parts.map(part => (typeof part === 'number' ? silence(part) : part)));
