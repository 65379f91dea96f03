import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { filter, firstValueFrom, type Subscription } from 'rxjs';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Notice } from '../../../lib/engine.ts';
import type { Tool, ToolContext } from '../../../lib/llm/tool.ts';
import type { ToolSource } from '../../../lib/llm/toolSource.ts';
import { mcp, type McpOptions } from '../../../lib/providers/mcp/index.ts';

const script = fileURLToPath(new URL('../../fixtures/mcpServer.js', import.meta.url));
const command = process.execPath;
const args = [script, 'stdio', '0'];

let held: Subscription[] = [];
let children: ChildProcess[] = [];
/** The server over HTTP that most of the specs share. */
let usual: ReturnType<typeof httpServer> | undefined;
afterEach(() => {
  for (const each of held) each.unsubscribe();
  held = [];
});
afterAll(() => {
  for (const each of children) each.kill('SIGKILL');
  [children, usual] = [[], undefined];
});

/** A server over HTTP in another process; gives its port. */
async function httpServer(port = 0, list = 'usual'): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(command, [script, 'http', String(port), list], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, port: Number(line.toString()) };
}

/** Holds a source warm; gives its tools and its warnings. */
async function warmed(source: ToolSource): Promise<{ tools: readonly Tool[]; warnings: string[] }> {
  const warnings: string[] = [];
  held.push(
    source.notice$!.subscribe((notice: Notice) => 'message' in notice && warnings.push(notice.message)),
  );
  held.push(source.warm$!.subscribe());
  return { tools: await firstValueFrom(source.tools$), warnings };
}
const call = (
  tools: readonly Tool[],
  name: string,
  args: object = {},
  context?: ToolContext,
): Promise<string> =>
  firstValueFrom(tools.find(tool => tool.name === name)!.call(JSON.stringify(args), context));
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe.each([
  ['over standard input and output', async () => Promise.resolve({ command, args })],
  ['over HTTP', async () => ({ url: `http://127.0.0.1:${(await (usual ??= httpServer())).port}/mcp` })],
] as [string, () => Promise<McpOptions>][])('an MCP server %s', (_, server) => {
  it('should offer its tools, named as a model can call them, and warn of those that no model can call', async () => {
    const { tools, warnings } = await warmed(mcp({ ...(await server()), name: 'bakery' }));
    const names = tools.map(({ name }) => name);
    expect(names).toContain('price');
    expect(names.every(name => /^[\w-]{1,64}$/u.test(name))).toBe(true);
    expect(tools[0]!.parameters).toEqual({
      type: 'object',
      properties: { cake: { type: 'string' } },
      required: ['cake'],
    });
    expect(tools.find(({ name }) => name === 'pid')!.description).toBe('pid');
    expect(warnings).toEqual([
      "The MCP server 'bakery' describes tools that can't be offered to a model: array, nothing, words, elsewhere, huge. " +
        'Their inputSchema is invalid or too long.',
    ]);
  });

  it('should give whatever a tool answers as a result', async () => {
    const { tools } = await warmed(mcp({ ...(await server()), maxResultChars: 100 }));
    const results = ['price', 'fails', 'refuses', 'image', 'escapes', 'structured', 'long'].map(async name =>
      call(tools, name, { cake: 'apple' }),
    );
    expect(await Promise.all(results)).toEqual([
      'apple costs four euros.',
      '{"error":"There are no cakes today."}',
      '{"error":"MCP error 404: No."}',
      '[image: image/png]\nCakes and tea.\n[link: a.pdf: file:///a.pdf]',
      'four euros',
      '{"euros":4}',
      `${'long '.repeat(20)}… (cut: 500000 characters in all)`,
    ]);
  });

  it('should cancel a tool that takes too long, at the server, too', async () => {
    const source = mcp({ ...(await server()), timeoutMs: 300 });
    const { tools } = await warmed(source);
    expect(await call(tools, 'slow')).toBe('{"error":"It took longer than 300 ms."}');
    await firstValueFrom(
      source.tools$.pipe(filter(tools => tools.some(({ name }) => name === 'was_cancelled'))),
    );
  });

  it('should report progress in its words, and end a tool that reports it forever', async () => {
    const said = vi.fn();
    const { tools } = await warmed(mcp({ ...(await server()), timeoutMs: 400, progress: true }));
    const context = { id: '1', messages: [], progress: said };
    expect(await call(tools, 'slow', {}, context)).toContain('longer than 400 ms');
    expect(said.mock.calls).toEqual([['Reading the price list']]);
    expect(await call(tools, 'flood', {}, context)).toContain('longer than 400 ms');
    expect(said.mock.calls.length).toBeGreaterThan(3);
    said.mockClear();
    for (const progress of [false, () => undefined]) {
      const { tools } = await warmed(mcp({ ...(await server()), timeoutMs: 200, progress }));
      await call(tools, 'slow', {}, context);
    }
    expect(said).not.toHaveBeenCalled();
  });

  it('should offer the tools that are wanted, under their names', async () => {
    const options = await server();
    const { tools } = await warmed(
      mcp({ ...options, filter: ['price', 'pid'], rename: name => `the ${name}` }),
    );
    expect(tools.map(({ name }) => name)).toEqual(['the_price', 'the_pid']);
    const { tools: few, warnings } = await warmed(
      mcp({ ...options, filter: ({ name }) => name !== 'pid', maxTools: 2 }),
    );
    expect(few.map(({ name }) => name)).toEqual(['price', 'env']);
    expect(warnings.join()).toContain('has more than 2 tools');
  });
});

describe('mcp', () => {
  it('should give a process none of the variables of this one, but those that it is given', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-secret');
    const { tools } = await warmed(mcp({ command, args, env: { CAKES: '3' } }));
    const env = await call(tools, 'env');
    expect([env.includes('sk-secret'), env.includes('"CAKES":"3"')]).toEqual([false, true]);
    vi.unstubAllEnvs();
  });

  it('should end the process with the last call', async () => {
    const { tools } = await warmed(mcp({ command, args }));
    const pid = Number(await call(tools, 'pid'));
    expect(isAlive(pid)).toBe(true);
    for (const each of held) each.unsubscribe();
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('should share one process among calls, or start one for each', async () => {
    const [shared, own] = [mcp({ command, args }), mcp({ command, args, perCall: true })];
    const pids = async (source: ToolSource): Promise<number> =>
      new Set([
        await call((await warmed(source.session?.() ?? source)).tools, 'pid'),
        await call((await warmed(source.session?.() ?? source)).tools, 'pid'),
      ]).size;
    expect([await pids(shared), await pids(own)]).toEqual([1, 2]);
  });

  it('should report a process that dies to the model, and start it again', async () => {
    const { tools } = await warmed(mcp({ command, args }));
    const pid = await call(tools, 'pid');
    expect(await call(tools, 'die')).toContain('connection to the service was lost');
    expect(await call(tools, 'pid')).not.toBe(pid);
  });

  it('should report a server that is killed to the model while a tool runs, and connect again', async () => {
    const { child, port } = await httpServer();
    const { tools } = await warmed(
      mcp({ url: `http://127.0.0.1:${port}/mcp`, timeoutMs: 30_000, progress: true }),
    );
    const running = new Promise<void>(done => {
      const context = { id: '1', messages: [], progress: () => done() };
      void call(tools, 'slow', {}, context).then(result => results.push(result));
    });
    const results: string[] = [];
    await running;
    child.kill('SIGKILL');
    await expect.poll(() => results).toEqual([expect.stringContaining('connection to the service was lost')]);
    expect(await call(tools, 'pid')).toContain('can not be reached');
    await httpServer(port);
    expect(await call(tools, 'price', { cake: 'apple' })).toBe('apple costs four euros.');
  });

  it('should call again over a new session what a server refused that was started again', async () => {
    const { child, port } = await httpServer();
    const { tools } = await warmed(mcp({ url: `http://127.0.0.1:${port}/mcp` }));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await httpServer(port);
    expect(await call(tools, 'price', { cake: 'apple' })).toBe('apple costs four euros.');
  });

  it('should find the tools of a server that comes later', async () => {
    const { child, port } = await httpServer();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const source = mcp({ url: `http://127.0.0.1:${port}/mcp` });
    const { tools, warnings } = await warmed(source);
    expect([tools, warnings]).toEqual([
      [],
      ["The MCP server '127.0.0.1' can't be reached. Check that it runs, and the address."],
    ]);
    await httpServer(port);
    await firstValueFrom(source.tools$.pipe(filter(tools => tools.length > 0)));
  });

  it('should read as much of an endless list as it takes', async () => {
    const { port } = await httpServer(0, 'endless');
    const { tools, warnings } = await warmed(mcp({ url: `http://127.0.0.1:${port}/mcp`, maxTools: 25 }));
    expect([tools.length, warnings.length]).toEqual([25, 1]);
  });

  it.each<[string, McpOptions, string]>([
    ['a command that does not exist', { command: 'no-such-program' }, 'there is no such command'],
    ['a program that is no MCP server', { command, args: ['-e', 'console.log(1)'] }, 'closed the connection'],
    [
      'a program that says nothing',
      { command, args: ['-e', 'setInterval(() => 1, 1000)'], connectMs: 500 },
      'in time',
    ],
  ])('should be without tools for %s', async (_, options, warning) => {
    const { tools, warnings } = await warmed(mcp(options));
    expect([tools, warnings]).toEqual([[], [expect.stringContaining(warning)]]);
  });

  it.each<[string, object, string]>([
    ['nothing', {}, 'expected one of url, command and transport'],
    ['two servers', { url: 'http://127.0.0.1', command: 'node' }, 'got url and command'],
    ['an address of another kind', { url: 'ws://127.0.0.1/?key=secret' }, 'url is no http(s) address'],
    ['a command line', { command: 'npx -y server' }, 'command contains spaces'],
    ['no time', { command: 'node', timeoutMs: 0 }, 'timeoutMs of more than 0'],
  ])('should refuse %s', (_, options, message) => {
    expect(() => mcp(options as McpOptions)).toThrow(message);
  });
});
