import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { whyNoSoundCard } from '../../lib/testing/index.ts';

/** Where Debian's package puts it; another place by the environment. */
const executablePath = process.env['RXVOICE_FIREFOX'] ?? '/usr/bin/firefox-esr';

/** Why the specs that need Firefox are left out, if so. Without a sound card it has no audio at all. CI must not leave them out. */
export function whyNoFirefox(): string | undefined {
  if (process.env['RXVOICE_REQUIRE_FIREFOX'] !== undefined) return undefined;
  try {
    accessSync(executablePath, constants.X_OK);
    return whyNoSoundCard();
  } catch {
    return `there is no ${executablePath}: apt-get install firefox-esr, or set RXVOICE_FIREFOX`;
  }
}

/** The microphone is allowed without a prompt, and the browser makes no requests of its own. */
const preferences = {
  'media.navigator.permission.disabled': true,
  'remote.active-protocols': 1, // WebDriver BiDi
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.enabled': false,
};

/** A page in Firefox. */
export interface FirefoxPage {
  open(url: string): Promise<void>;
  /** Value of an expression: a text, a number, or nothing. */
  evaluate(expression: string): Promise<unknown>;
  /** A real click, as of a mouse. */
  click(selector: string): Promise<void>;
  close(): Promise<void>;
}

interface Answer {
  readonly id?: number;
  readonly type: 'success' | 'error' | 'event';
  readonly message?: string;
  readonly result?: never;
}

/**
 * Firefox without a window, with the sound card that these environment variables choose. Driven by WebDriver BiDi
 * (https://w3c.github.io/webdriver-bidi): four commands are all it needs, which is less than a library for them.
 */
export async function firefox(env: Readonly<Record<string, string>>): Promise<FirefoxPage> {
  const profile = mkdtempSync(join(tmpdir(), 'rxvoice-firefox-'));
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  const flags = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
  const child = spawn(executablePath, [...flags, 'about:blank'], {
    env: { ...process.env, HOME: profile, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let out = '';
  while (!/listening on ws:\S+/u.test(out)) out += String((await once(child.stderr, 'data'))[0]);
  child.stderr.resume();
  const socket = new WebSocket(`${/ws:\S+/u.exec(out)![0]}/session`);
  await once(socket, 'open');
  let commands = 0;
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  const send = async <Result>(method: string, params: object = {}): Promise<Result> => {
    const id = (commands += 1);
    const answered = new Promise<Answer>(resolve => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { type, message, result } = await answered;
    waiting.delete(id);
    if (type === 'error') throw new Error(`${method}: ${message ?? ''}`);
    return result as Result;
  };
  await send('session.new', { capabilities: {} });
  const { contexts } = await send<{ contexts: [{ context: string }] }>('browsingContext.getTree');
  const [{ context }] = contexts;
  return {
    open: url => send('browsingContext.navigate', { context, url, wait: 'complete' }),
    evaluate: async expression => {
      const { result, exceptionDetails } = await send<{
        result?: { value?: unknown };
        exceptionDetails?: { text: string };
      }>('script.evaluate', { expression, target: { context }, awaitPromise: true });
      if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
      return result?.value;
    },
    click: async selector => {
      const { nodes } = await send<{ nodes: [{ sharedId: string }] }>('browsingContext.locateNodes', {
        context,
        locator: { type: 'css', value: selector },
      });
      const origin = { type: 'element', element: { sharedId: nodes[0].sharedId } };
      const actions = [
        { type: 'pointerMove', x: 0, y: 0, origin },
        { type: 'pointerDown', button: 0 },
        { type: 'pointerUp', button: 0 },
      ];
      await send('input.performActions', { context, actions: [{ type: 'pointer', id: 'mouse', actions }] });
    },
    close: async () => {
      const exited = once(child, 'exit');
      socket.terminate();
      child.kill();
      await exited;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
