import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readWav } from '../../lib/audio/index.ts';
import type { AudioFrame } from '../../lib/index.ts';
import { type ChatMessage, openaiServer } from '../../lib/testing/index.ts';
import { realTime } from '../realTime.ts';
import { browserHearing, inARow, noChromium, tapLoudspeaker } from './chromium.ts';
import { served } from './served.ts';

const clip = (name: string): AudioFrame =>
  readWav(readFileSync(join(import.meta.dirname, `../../cli/demo/clips/${name}.wav`)));

const lines = ['Go forward ten meters.', 'Wait, stop.', 'Goodbye.'];
const answers = [
  'Ten meters forward is a long way for someone who has no legs. I would need a body first, and wheels, and a road to go on. Until then I can only tell you how it is done.',
  'I have stopped. What else can I do for you?',
  'Goodbye, and thank you for the call.',
];

// A real browser, in real time; the model that hears and speaks is a server on this machine.
if (noChromium !== undefined) console.warn(`Left out: speech to speech on the page (${noChromium}).`);
describe.skipIf(noChromium !== undefined)('speech to speech on the page, in Chromium', () => {
  it(
    'should talk, fall silent when interrupted, and have the model remember what the page played, to the word',
    realTime,
    async () => {
      const believed: string[][] = [];
      await using openai = await openaiServer({
        lines,
        msPerCharacter: 60,
        reply: messages => {
          const said = messages.filter(({ role }) => role !== 'system');
          believed.push(said.map(({ content }: ChatMessage) => String(content)));
          return answers[believed.length - 1] ?? '';
        },
      });
      const folder = mkdtempSync(join(tmpdir(), 'rxvoice-realtime-'));
      const config = join(folder, 'rxvoice.config.json');
      const realtime = {
        engine: 'openai',
        apiKey: 'any',
        baseURL: openai.baseURL,
        model: 'gpt-realtime-2.1',
      };
      writeFileSync(config, JSON.stringify({ realtime, systemPrompt: 'Be brief.' }));
      const { network, stop } = await served('--config', config);
      const said = inARow(1_500, clip('goforward'), 6_000, clip('interrupt'), 7_000, clip('goodbye'), 20_000);
      const { browser, close } = await browserHearing(said);
      try {
        const page = await browser.newPage();
        const errors: unknown[] = [];
        page.on('pageerror', error => errors.push(error));
        page.setDefaultTimeout(30_000);
        await tapLoudspeaker(page);
        await page.goto(network.url);
        await page.locator('#call:focus').waitFor();
        await page.keyboard.press('Enter');

        const lineOf = (who: 'user' | 'bot', turn: number, state: string) =>
          page
            .locator(`#transcript li.${who}`)
            .nth(turn - 1)
            .and(page.locator(state));
        const words = async (who: 'user' | 'bot', turn: number): Promise<string> =>
          ((await lineOf(who, turn, '.done, .interrupted').locator('.words').textContent()) ?? '').trim();

        await lineOf('user', 1, '.done').waitFor();
        expect(await words('user', 1)).toBe(lines[0]);
        await lineOf('bot', 1, '.interrupted').waitFor();
        await lineOf('bot', 2, '.done').waitFor();
        const cut = await words('bot', 1);
        expect(cut.length).toBeGreaterThan(20);
        expect(answers[0]!.startsWith(cut)).toBe(true);
        expect(cut).not.toBe(answers[0]);
        // The page's own account of its loudspeaker decides, for the transcript, the history and the model alike.
        expect(believed[1]).toEqual([lines[0], cut, lines[1]]);
        expect(await words('bot', 2)).toBe(answers[1]);

        await lineOf('bot', 3, '.done').waitFor();
        expect(believed[2]).toEqual([lines[0], cut, lines[1], answers[1], lines[2]]);
        await page.locator('#summary tr.total').waitFor();
        expect(await page.locator('#turns li').count()).toBe(3);
        await page.locator('#call').click();
        await page.locator('#state', { hasText: 'The call is over' }).waitFor();
        expect(errors).toEqual([]);
      } finally {
        await close();
        await stop();
        rmSync(folder, { recursive: true });
      }
      await expect.poll(() => openai.connections).toBe(0);
    },
  );
});
