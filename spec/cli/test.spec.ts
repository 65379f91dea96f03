import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
  tapedConversation,
  virtualTime,
} from '../../lib/testing/index.ts';
import { inProcess } from './inProcess.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'rxvoice-test-'));
const home = process.cwd();
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const rxvoice = (...args: readonly string[]) => inProcess(args);
/** As its users run it: built, as a process of its own. */
const built = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { PATH: process.env['PATH'], NO_COLOR: '1' },
  });
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

describe('rxvoice test', { timeout: 60_000 }, () => {
  it('should pass the scenarios of the examples, and say so', () => {
    const { status, stdout } = built(
      'test',
      join(root, 'examples/scenarios/a-sum-and-a-name.json'),
      join(root, 'examples/scenarios/an-interruption.json'),
    );
    expect(stdout).toContain('2 of 2 passed');
    expect(status).toBe(0);
  });

  it('should fail with the conversation and what was wrong in it', async () => {
    const wrong = file(
      'wrong.json',
      '{ "name": "a wish", "conversation": [{ "caller": "Hello.", "bot": { "says": "pizza" } }] }',
    );
    const { code, out } = await rxvoice('test', wrong);
    expect(out).toMatch(
      /✗ a wish[^]*You {2}Hello\.[^]*Bot {2}\S[^]*✗ expected to hear “pizza”[^]*1 of 1 failed/u,
    );
    expect(code).toBe(1);
    const json = await rxvoice('test', wrong, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ file: 'wrong.json', passed: false });
    expect(json.code).toBe(1);
  });

  it('should name the file and the line of an invalid scenario', async () => {
    const noJson = await rxvoice('test', file('no.json', '{\n  "name": "x",\n  oops\n}'));
    expect([noJson.code, noJson.err]).toEqual([
      2,
      expect.stringContaining('no.json, line 3, column 3: this is no JSON (it is neither a text'),
    ]);
    const noScenario = await rxvoice('test', file('half.json', '{ "name": "x" }'));
    expect([noScenario.code, noScenario.err]).toEqual([2, expect.stringContaining('either a conversation')]);
    const wrong = await rxvoice(
      'test',
      file('wrong.json', '{ "name": 1, "conversation": [{ "say": "Hi" }] }'),
    );
    expect(wrong.err).toContain(
      '- name: expected a text, received 1.\n' +
        '  - conversation.0.caller: expected a text, received nothing.\n' +
        '  - conversation.0.say: there is no such field.\n',
    );
    expect((await rxvoice('test', 'nothing.json')).code).toBe(2);
  });
});

describe('rxvoice replay', { timeout: 60_000 }, () => {
  it('should say what is no tape', async () => {
    const { code, err } = await rxvoice('replay', file('no.jsonl', '{}'));
    expect([code, err]).toEqual([2, expect.stringContaining('does not begin with the header')]);
    expect((await rxvoice('replay', 'nothing.jsonl')).code).toBe(2);
  });

  it('should say that a tape ends early, and have again what is on it', async () => {
    const lines: string[] = [];
    virtualTime(() =>
      tapedConversation(
        {
          stt: scriptedStt([{ from: 500, to: 1_500, text: 'Hello there.' }]),
          llm: scriptedLlm('Hello.'),
          tts: scriptedTts(),
        },
        () => line => lines.push(line),
        { redact: false },
      )(scriptedInput(4_000), { write: () => undefined }),
    );
    const whole = await rxvoice('replay', file('whole.jsonl', lines.join('')));
    expect([whole.code, whole.err]).toEqual([0, '']);
    const spoke = lines.findIndex(line => line.includes('"bot.spoke"'));
    const cut = await rxvoice('replay', file('cut.jsonl', lines.slice(0, spoke + 1).join('')));
    expect(cut.code).toBe(0);
    expect(cut.err).toMatch(/cut\.jsonl ends early, after \d\.\d s: it is still being written, or/u);
    expect(cut.out).toMatch(/Bot {4}Hello\.[^]*The turns that were over went as they did then/u);
  });
});
