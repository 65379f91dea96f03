import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { wordErrors } from '../../bench/wordErrors.js';
import { level, readWav } from '../../lib/audio/index.ts';
import type { AudioFrame } from '../../lib/index.ts';
import { browserHearing, heardBy, inARow, noChromium, tapLoudspeaker } from './chromium.ts';
import type { Network } from './network.ts';
import { realTime } from '../realTime.ts';
import { served } from './served.ts';
import { transcribed } from './transcribed.ts';

const root = join(import.meta.dirname, '../..');
const clip = (name: string): AudioFrame => readWav(readFileSync(join(root, `cli/demo/clips/${name}.wav`)));

/** Where screenshots go, for a person to look at. */
const folder = process.env['RXVOICE_SCREENSHOTS'];
const screenshot = async (page: Page, name: string): Promise<void> => {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
};

// A real browser, in real time: a recorded person is its microphone, and its output is recorded.
if (noChromium !== undefined) console.warn(`Left out: the specs of the page (${noChromium}).`);
describe.skipIf(noChromium !== undefined)('the page of rxvoice serve, in Chromium', () => {
  const stops: (() => Promise<void>)[] = [];
  const serving = async (...flags: readonly string[]): Promise<Network> => {
    const { network, stop } = await served(...flags);
    stops.push(stop);
    return network;
  };
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  const line = (page: Page, who: 'user' | 'bot', turn: number, state: string) =>
    page
      .locator(`#transcript li.${who}`)
      .nth(turn - 1)
      .and(page.locator(state));
  const bot = (page: Page, turn: number, state = '.done') => line(page, 'bot', turn, state);
  const user = (page: Page, turn: number) => line(page, 'user', turn, '.done');

  it.each<[string, readonly string[], number, number]>([
    ['PCM', [], 240, 300],
    ['Opus', ['--opus'], 5, 45],
  ])(
    'should talk with a person in %s, fall silent when interrupted, and survive a network that is gone',
    realTime,
    async (codec, flags, least, most) => {
      const network = await serving(...flags);
      const said = inARow(
        1_500,
        clip('goforward'),
        11_000,
        clip('explain'),
        14_000,
        clip('interrupt'),
        30_000,
      );
      const { browser, close } = await browserHearing(said);
      try {
        const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, colorScheme: 'light' });
        const errors: unknown[] = [];
        page.on('pageerror', error => errors.push(error));
        page.setDefaultTimeout(30_000);
        await tapLoudspeaker(page);
        await page.goto(network.url);
        await page.locator('#call:focus').waitFor();
        const loaded = { ...network.bytes };
        await page.keyboard.press('Enter');

        // A turn: heard, answered, and shown as it is spoken.
        await user(page, 1).waitFor();
        expect(wordErrors('go forward ten meters', await words(page, 'user', 1))).toMatchObject({
          errors: 0,
        });
        await bot(page, 1, ':has(.unheard)').waitFor(); // the rest is dimmed until it has been heard
        await bot(page, 1, '.done').waitFor();
        const first = await words(page, 'bot', 1);
        expect(first).toContain("can't go forward ten meters");
        await page.locator('#summary tr.total').waitFor();
        const spoken = await heardBy(page);
        const heard = await transcribed(spoken);
        expect(wordErrors(first, heard).errors / first.split(' ').length).toBeLessThan(0.3);

        // The network is gone in the middle of the answer: it goes on where it broke off.
        await page.locator('#transcript li.bot:nth-of-type(4) .words', { hasText: 'last word' }).waitFor();
        network.cut();
        await page.locator('#state', { hasText: 'The network is gone' }).waitFor();
        await screenshot(page, `${codec}-light-reconnecting`);
        network.mend();
        await page.locator('#state', { hasText: 'The bot is speaking' }).waitFor();

        // A barge-in: silence at once, and the transcript marks the words that were not heard.
        await bot(page, 2, '.interrupted').waitFor();
        const cutAt = (await heardBy(page)).pcm.length;
        const cut = await page.locator('#transcript li.bot.interrupted .words').last().textContent();
        const answer = await transcribed(await since(page, spoken.pcm.length, cutAt));
        expect(cut!.length).toBeGreaterThan(60);
        expect(wordErrors(cut!, answer).errors / cut!.split(' ').length).toBeLessThan(0.35);
        await expect
          .poll(() => page.evaluate('heard.length'), { timeout: 30_000 })
          .toBeGreaterThan(cutAt + 20_000);
        const after = await since(page, cutAt + 8_000, cutAt + 20_000);
        expect(level(after)).toBeLessThan(0.001);

        // Bytes over the network. Digital silence, of which there is much here, is next to nothing in Opus.
        const seconds = await page.evaluate<number>('heard.length / heardRate');
        const rate = {
          up: ((network.bytes.up - loaded.up) * 8) / 1000 / seconds,
          down: ((network.bytes.down - loaded.down) * 8) / 1000 / seconds,
        };
        if (process.env['RXVOICE_RATES'] !== undefined) console.log(codec, 'kbit/s', rate);
        expect(rate.up).toBeGreaterThan(least);
        expect(rate.up).toBeLessThan(most);

        await user(page, 3).waitFor();
        expect(await words(page, 'user', 3)).toMatch(/what time is it/iu);
        await bot(page, 3, '.done').waitFor();
        expect(await page.locator('#turns li').count()).toBe(3);
        await screenshot(page, `${codec}-light`);
        await page.emulateMedia({ colorScheme: 'dark' });
        await screenshot(page, `${codec}-dark`);
        await page.setViewportSize({ width: 360, height: 740 });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
        await screenshot(page, `${codec}-phone-dark`);
        await page.emulateMedia({ colorScheme: 'light' });
        await page.locator('#figures').scrollIntoViewIfNeeded();
        await screenshot(page, `${codec}-phone-light`);

        await page.locator('#call').focus();
        await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        await page.locator('#mute[aria-pressed=true]').waitFor();
        await page.locator('#call').click();
        await page.locator('#state', { hasText: 'The call is over' }).waitFor();
        expect(errors).toEqual([]);
      } finally {
        await close();
      }
    },
  );

  it('should go on with another microphone when the one in use is unplugged, and say so when there is none', async () => {
    const network = await serving();
    const { browser, close } = await browserHearing(inARow(60_000));
    try {
      const page = await browser.newPage();
      await page.addInitScript(`
        globalThis.asked = [];
        globalThis.tracks = [];
        const { mediaDevices } = navigator;
        const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
        mediaDevices.getUserMedia = async constraints => {
          asked.push(constraints.audio);
          if (asked.length === 3) throw new DOMException('none', 'NotFoundError');
          const stream = await getUserMedia(constraints);
          tracks.push(...stream.getTracks());
          return stream;
        };`);
      const unplug = (): Promise<unknown> => page.evaluate("tracks.at(-1).dispatchEvent(new Event('ended'))");
      await page.goto(network.url);
      await page.locator('#call').click();
      await page.locator('#state', { hasText: 'Listening' }).waitFor();
      expect(await page.evaluate('asked[0]')).toMatchObject({ echoCancellation: true });
      await unplug();
      await expect.poll(() => page.evaluate('tracks.length'), { timeout: 30_000 }).toBe(2);
      expect(await page.locator('#state').textContent()).toBe('Listening');
      await unplug();
      await page.locator('#error', { hasText: 'No microphone was found' }).waitFor();
    } finally {
      await close();
    }
  }, 60_000);

  it('should go on with the microphone it has when another is unavailable, and say so', async () => {
    const network = await serving();
    const { browser, close } = await browserHearing(inARow(4_000, clip('goforward'), 60_000));
    try {
      const page = await browser.newPage();
      await page.addInitScript(`
        globalThis.tracks = [];
        const { mediaDevices } = navigator;
        const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
        mediaDevices.getUserMedia = async constraints => {
          const stream = await getUserMedia(constraints);
          tracks.push(...stream.getTracks());
          return stream;
        };`);
      await page.goto(network.url);
      await page.locator('#call').click();
      await page.locator('#state', { hasText: 'Listening' }).waitFor();
      const choose = (device: string): Promise<unknown> =>
        page.evaluate(`{
          const select = document.querySelector('#microphone');
          select.append(new Option('another', ${JSON.stringify(device)}));
          select.value = ${JSON.stringify(device)};
          select.dispatchEvent(new Event('change'));
        }`);
      await choose('nonesuch');
      await page.locator('#error', { hasText: 'The chosen microphone is not there' }).waitFor();
      await user(page, 1).waitFor();
      expect(wordErrors('go forward ten meters', await words(page, 'user', 1))).toMatchObject({ errors: 0 });
      expect(await page.evaluate('tracks.map(track => track.readyState)')).toEqual(['live']);

      // An available one takes over, and the former is released.
      await choose('default');
      await expect
        .poll(() => page.evaluate('tracks.map(track => track.readyState)'))
        .toEqual(['ended', 'live']);
      await page.locator('#error').waitFor({ state: 'hidden' });
      await page.locator('#call').click();
      await page.locator('#state', { hasText: 'The call is over' }).waitFor();
      await expect
        .poll(() => page.evaluate('tracks.map(track => track.readyState)'))
        .toEqual(['ended', 'ended']);
    } finally {
      await close();
    }
  }, 60_000);

  it('should go on in PCM when the browser’s codec gives up', async () => {
    const network = await serving('--opus');
    const { browser, close } = await browserHearing(inARow(3_000, clip('goforward'), 60_000));
    try {
      const page = await browser.newPage();
      await page.addInitScript(`
        globalThis.codecs = [];
        globalThis.AudioEncoder = class extends AudioEncoder {
          constructor(init) {
            super(init);
            globalThis.giveUp = init.error;
          }
        };
        globalThis.WebSocket = class extends WebSocket {
          constructor(...given) {
            super(...given);
            this.addEventListener('message', ({ data }) => {
              if (typeof data === 'string' && data.includes('"welcome"')) codecs.push(JSON.parse(data).audio);
            });
          }
        };`);
      await page.goto(network.url);
      await page.locator('#call').click();
      await page.locator('#state', { hasText: 'Listening' }).waitFor();
      await page.evaluate("giveUp(new DOMException('no more', 'QuotaExceededError'))");
      await expect.poll(() => page.evaluate('codecs')).toEqual(['opus', 'pcm']);
      await user(page, 1).waitFor();
      expect(wordErrors('go forward ten meters', await words(page, 'user', 1))).toMatchObject({ errors: 0 });
      await page.locator('#call').click();
      await page.locator('#state', { hasText: 'The call is over' }).waitFor();
    } finally {
      await close();
    }
  }, 60_000);

  it('should say what is wrong when the microphone is refused', async () => {
    const network = await serving();
    const { browser, close } = await browserHearing(inARow(1_000));
    try {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.addInitScript(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))",
      );
      await page.goto(network.url);
      await page.locator('#call').click();
      await page.locator('#error', { hasText: 'The microphone is not allowed' }).waitFor();
      expect(await page.locator('#call').textContent()).toBe('Call');
    } finally {
      await close();
    }
  }, 60_000);
});

/** The words that the page shows as said, or as heard. */
async function words(page: Page, who: 'user' | 'bot', turn: number): Promise<string> {
  return (
    (await page
      .locator(`#transcript li.${who}`)
      .nth(turn - 1)
      .locator('.words')
      .textContent()) ?? ''
  );
}

/** A part of the audio that the loudspeaker was sent. */
async function since(page: Page, from: number, to: number): Promise<AudioFrame> {
  const { pcm, sampleRate } = await heardBy(page);
  return { pcm: pcm.slice(from, to), sampleRate };
}
