import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network between a browser and a server, which can be gone for a while. */
export interface Network {
  readonly url: string;
  /** Bytes that the browser and the server have sent. */
  readonly bytes: { up: number; down: number };
  /** Every connection breaks, and no new one is made. */
  cut(): void;
  mend(): void;
  close(): void;
}

export async function networkTo(url: string): Promise<Network> {
  const sockets = new Set<Socket>();
  const bytes = { up: 0, down: 0 };
  let gone = false;
  const server = createServer(near => {
    if (gone) return near.destroy();
    const far = connect(Number(new URL(url).port), '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    near.on('data', ({ length }) => (bytes.up += length));
    far.on('data', ({ length }) => (bytes.down += length));
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakAll = (): void => sockets.forEach(socket => socket.destroy());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes,
    cut: () => {
      gone = true;
      breakAll();
    },
    mend: () => {
      gone = false;
    },
    close: () => {
      breakAll();
      server.close();
    },
  };
}
