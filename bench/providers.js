// Deepgram and OpenAI as loopback servers in a process of their own, so that their cost is not counted. Forked by
// `startProviders`, which a benchmark imports.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * The time now, ms, on one clock for all processes of a machine.
 */
export const now = () => performance.timeOrigin + performance.now();

/**
 * Starts both servers.
 *
 * @param {{ deepgram?: object, openai?: object }} options
 */
export async function startProviders(options = {}) {
  const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const events = [];
  const waiting = new Map();
  let asked = 0;
  const ask = message =>
    new Promise((resolve, reject) => {
      const id = ++asked;
      waiting.set(id, { resolve, reject });
      child.send({ id, ...message });
    });
  child.on('message', message => {
    if (message.event) events.push(message.event);
    else if (message.error) waiting.get(message.id)?.reject(new Error(message.error));
    else waiting.get(message.id)?.resolve(message.answer);
  });
  const { deepgram, openai } = await ask({ start: options });
  return {
    deepgram,
    openai: `${openai}/v1`,
    /** The servers' events so far, with times of `now()`. */
    events,
    /** Changes their options: `{ deepgram: { faults: ['cut'] } }`. */
    set: patch => ask({ set: patch }),
    /** Has a server fail from now on: `{ server: 'deepgram', faults: ['refused'], strike: 'cut', endpoint: 'nova' }`. */
    kill: what => ask({ kill: what }),
    /** How many TCP connections they have open. */
    sockets: () => ask({ sockets: true }),
    stop: () =>
      new Promise(resolve => {
        child.once('exit', resolve);
        child.disconnect();
      }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send) {
  const { deepgramServer, openaiServer } = await import('rxvoice/testing');
  const servers = {};
  const answers = {
    start: async options => {
      servers.deepgram = await deepgramServer(options.deepgram);
      servers.openai = await openaiServer(options.openai);
      for (const [server, { event$ }] of Object.entries(servers))
        event$.subscribe(event =>
          process.send?.(
            { event: { ...event, server, at: performance.timeOrigin + event.at } },
            () => undefined,
          ),
        );
      return { deepgram: servers.deepgram.url, openai: servers.openai.url };
    },
    set: async patch => {
      await Promise.all(Object.entries(patch).map(([server, options]) => servers[server].set(options)));
    },
    kill: async ({ server, faults, strike, endpoint }) => {
      await servers[server].set({ faults });
      servers[server].strike(strike, endpoint);
    },
    sockets: () => servers.deepgram.sockets + servers.openai.sockets,
  };
  process.on('message', async ({ id, ...message }) => {
    const [[name, argument]] = Object.entries(message);
    try {
      const answer = await answers[name](argument);
      process.send?.({ id, answer }, () => undefined); // the parent may be gone
    } catch (error) {
      process.send?.({ id, error: String(error) }, () => undefined);
    }
  });
  process.on('disconnect', () => process.exit());
}
