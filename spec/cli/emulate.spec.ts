import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { builtinReply, callingFirst } from '../../cli/emulate/builtinReply.ts';
import { eventLine } from '../../cli/emulate/eventLine.ts';
import { faultOption } from '../../cli/emulate/faultOption.ts';
import { rewording } from '../../cli/emulate/rewording.ts';
import type { ChatMessage } from '../../lib/testing/index.ts';
import { inProcess } from './inProcess.ts';
import { Client, isType, sound } from '../emulators/deepgramSockets.ts';

const main = join(import.meta.dirname, '../../dist/cli/main.js');

interface Run {
  readonly child: ChildProcess;
  /** Everything printed, when it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
  /** The first output that matches. */
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>;
}

/** The command as its users run it: built, in a process of its own. */
function emulate(...args: readonly string[]): Run {
  const child = spawn(process.execPath, [main, 'emulate', '--hear', 'energy', '--speak', 'tone', ...args], {
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  const waiting = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    for (const look of waiting) look();
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return {
    child,
    ended: new Promise(resolve => child.on('close', code => resolve({ code, out, err }))),
    printed: pattern =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(out);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        child.on('close', () => reject(new Error(`${out}\n${err}`)));
        look();
      }),
  };
}
const free = ['--deepgram-port', '0', '--openai-port', '0'];

describe('rxvoice emulate --reword', () => {
  it('should replace words, as often as they occur', () => {
    const reword = rewording(["I am=I'm", 'very =']);
    expect(reword('I am very sure that I am.')).toBe("I'm sure that I'm.");
  });

  it.each(['I am', '=x', ''])('should refuse %j', pair => {
    expect(() => rewording([pair])).toThrow(`--reword ${pair}: expected words=other words`);
  });
});

describe('rxvoice emulate', () => {
  it('should say how to use it, serve both, and end with Ctrl-C', async () => {
    const { child, ended, printed } = emulate(...free, '--line', 'What time is it?', '--llm-latency', '0');
    const [, deepgram] = (await printed(
      /export DEEPGRAM_BASE_URL=(\S+) DEEPGRAM_API_KEY=any\n/u,
    )) as unknown as [string, string];
    const [, openai] = (await printed(
      /export OPENAI_BASE_URL=(\S+) OPENAI_API_KEY=any OPENAI_MODEL=any\n/u,
    )) as unknown as [string, string];

    const client = new Client(
      deepgram,
      '/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000&endpointing=300&punctuate=true',
    );
    await client.opened();
    for (const part of [sound(200), sound(800, true), sound(600)]) client.send(part);
    expect(await client.until(isType('Results'))).toMatchObject({
      channel: { alternatives: [{ transcript: 'What time is it?' }] },
    });
    const asked = await new OpenAI({ apiKey: 'any', baseURL: openai }).chat.completions.create({
      model: 'any',
      messages: [{ role: 'user', content: 'What is six times seven?' }],
    });
    expect(asked.choices[0]!.message.content).toContain('forty-two');

    client.socket.close();
    await printed(/nova #1 closed by the client/u);
    child.kill('SIGINT');
    const { code, err, out } = await ended;
    expect([code, err]).toEqual([130, '']);
    expect(out).not.toContain('What time is it?');
  }, 30_000);

  it('should print every event as JSON, faults too', async () => {
    const { child, ended, printed } = emulate(...free, '--json', '--fault', '401@nova#1', '--fault', '500:0');
    const [line] = await printed(/^\{"type":"listening".*\n/u);
    const { deepgram } = JSON.parse(line) as { deepgram: string };
    expect((await new Client(deepgram, '/v1/listen?model=nova-3').refused()).status).toBe(401);
    await printed(/"type":"closed"/u);
    child.kill('SIGINT');
    const events = (await ended).out
      .trim()
      .split('\n')
      .map(text => (JSON.parse(text) as { type: string }).type);
    expect(events).toEqual(['listening', 'opened', 'refused', 'fault', 'closed']);
  }, 30_000);

  it('should end with 2 when it is used wrongly, and say what is wrong', async () => {
    const first = emulate(...free);
    const [, port] = (await first.printed(/DEEPGRAM_BASE_URL=http:\/\/127\.0\.0\.1:(\d+)/u)) as unknown as [
      string,
      string,
    ];
    const wrong: [string[], RegExp][] = [
      [['--fault', 'boredom'], /There are .*cut/u],
      [['--fault', 'ping@nova'], /completions only/u],
      [['--fault', 'cut:3'], /0 to 1/u],
      [['--stt-latency', 'soon'], /expected a number/u],
      [['--speak', 'everything'], /offline or tone/u],
      [['--deepgram-port', port, '--openai-port', '0'], /port is taken/u],
    ];
    for (const [args, complaint] of wrong) {
      const { code, err } = await inProcess(['emulate', '--hear', 'energy', '--speak', 'tone', ...args]);
      expect([args, code]).toEqual([args, 2]);
      expect(err).toMatch(complaint);
    }
    first.child.kill('SIGINT');
    await first.ended;
  }, 60_000);
});

describe('the options of emulate', () => {
  it('should read faults', () => {
    expect(faultOption('cut')).toEqual({ fault: 'cut' });
    expect(faultOption('500:0.1')).toEqual({ fault: '500', probability: 0.1 });
    expect(faultOption('429-retry-after@completions#2:.5')).toEqual({
      fault: '429-retry-after',
      on: 'completions',
      nth: 2,
      probability: 0.5,
    });
  });

  it('should call a tool before the answer, once a turn, where the request offers it', () => {
    const reply = callingFirst('weather:{"city":"Oslo"}', 'It rains.');
    const request = {
      model: 'any',
      messages: [],
      tools: [{ type: 'function', function: { name: 'weather' } }],
    };
    const asked: ChatMessage[] = [{ role: 'user', content: 'How is Oslo?' }];
    const called = { toolCalls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }] };
    expect(reply(asked, request)).toEqual(called);
    expect(reply([...asked, { role: 'tool', content: 'Rain.' }], request)).toBe('It rains.');
    expect(reply(asked, { ...request, tools: [] })).toBe('It rains.');
    expect(reply(asked, { ...request, tool_choice: 'none' })).toBe('It rains.');
    for (const call of ['weather:', 'weather:{"city"', 'two words', ''])
      expect(() => callingFirst(call, 'It rains.')).toThrow(/--call .*expected the name of a tool/u);
  });

  it('should answer chats by the built-in responder, whatever the form of their messages', () => {
    expect(
      builtinReply([
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'What is six times seven?' }] },
      ]),
    ).toContain('forty-two');
  });

  it('should not print the spoken words', () => {
    const common = { at: 0, endpoint: 'aura', connection: 3 } as const;
    expect(
      eventLine({ ...common, type: 'received', message: { type: 'Speak', text: 'secret' } }),
    ).toBeUndefined();
    expect(eventLine({ ...common, type: 'received', message: { type: 'Clear' } })).toContain('Clear');
  });
});
