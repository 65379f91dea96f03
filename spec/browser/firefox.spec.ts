import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { wordErrors } from '../../bench/wordErrors.js';
import { concatFrames, readWav } from '../../lib/audio/index.ts';
import type { AudioFrame } from '../../lib/index.ts';
import { virtualSoundCard } from '../../lib/testing/index.ts';
import { firefox, whyNoFirefox } from './firefox.ts';
import { realTime } from '../realTime.ts';
import { served } from './served.ts';
import { transcribed } from './transcribed.ts';

const clip = (name: string): AudioFrame =>
  readWav(readFileSync(join(import.meta.dirname, `../../cli/demo/clips/${name}.wav`)));

// In real time, over a sound card that the browser takes for a real one.
const noFirefox = whyNoFirefox();
if (noFirefox !== undefined) console.warn(`Left out: the specs of the page in Firefox (${noFirefox}).`);
describe.skipIf(noFirefox !== undefined)('the page of rxvoice serve, in Firefox', () => {
  it.each<[string, readonly string[]]>([
    ['Opus', ['--opus']],
    ['PCM', []],
  ])(
    'should talk with a person in %s, fall silent when interrupted, and survive a network that is gone',
    realTime,
    async (_, flags) => {
      const { network, stop } = await served(...flags);
      const card = await virtualSoundCard();
      for (const chosen of [
        ['set-default-source', 'rxvoice_mic.monitor'],
        ['set-default-sink', 'rxvoice_speaker'],
      ])
        execFileSync('pactl', chosen, { env: { ...process.env, ...card.env } });
      const heard: AudioFrame[] = [];
      const listening = card.heard$.subscribe(frame => heard.push(frame));
      const page = await firefox(card.env);
      const text = (selector: string): Promise<unknown> =>
        page.evaluate(`[...document.querySelectorAll('${selector}')].at(-1)?.textContent ?? ''`);
      const becomes = (selector: string, words: RegExp): Promise<void> =>
        expect.poll(() => text(selector), { timeout: 30_000, interval: 100 }).toMatch(words);
      const say = (name: string): Promise<void> =>
        lastValueFrom(card.say(clip(name)), { defaultValue: undefined });
      try {
        await page.open(network.url);
        await page.click('#call');
        await becomes('#state', /Listening/u);
        await say('goforward');
        await becomes('li.user.done .words', /go forward ten meters/iu);
        await becomes('li.bot.done .words', /thirty-three feet/u);
        const first = String(await text('li.bot.done .words'));
        const spoken = await transcribed(concatFrames(heard));
        expect(wordErrors(first, spoken).errors / first.split(' ').length).toBeLessThan(0.3);

        await say('explain');
        await becomes('li.bot:nth-of-type(4) .words', /last word/u);
        network.cut();
        await becomes('#state', /The network is gone/u);
        network.mend();
        await becomes('#state', /The bot is speaking/u);

        await say('interrupt');
        await becomes('li.bot.interrupted .words', /I measure how long/u);
        await becomes('li.user.done .words', /what time is it/iu);
        await becomes('li.bot.done .words', /It's/u);
        await page.click('#call');
        await becomes('#state', /The call is over/u);
      } finally {
        listening.unsubscribe();
        await page.close();
        await card.stop();
        await stop();
      }
    },
  );

  it('should say so when there is no loudspeaker, without which Firefox has no audio', async () => {
    const { network, stop } = await served();
    const page = await firefox({ PULSE_SERVER: 'unix:/nowhere' });
    try {
      await page.open(network.url);
      await page.click('#call');
      await expect
        .poll(() => page.evaluate("document.querySelector('#error').textContent"), { timeout: 20_000 })
        .toMatch(/Is there a loudspeaker/u);
    } finally {
      await page.close();
      await stop();
    }
  }, 60_000);
});
