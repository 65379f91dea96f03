import { firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  deepgramConnection,
  type TransportFactory,
} from '../../../lib/providers/deepgram/deepgramConnection.ts';
import { openSocket } from '../../../lib/providers/deepgram/openSocket.ts';

describe('openSocket', () => {
  it('should report an address that can’t be opened, which the SDK does not report', async () => {
    const connection = deepgramConnection({ apiKey: 'k', baseURL: 'http://127.0.0.1:9' });
    let transport: TransportFactory | undefined;
    const watched: typeof connection = {
      ...connection,
      client: wire => {
        transport = wire.transportFactory;
        return connection.client(wire);
      },
    };
    const request = { who: 'It', apiKey: 'k', stage: 'tts', model: 'm' } as const;
    let thrown: unknown;
    const opening$ = openSocket(watched, request, { timeoutMs: 1_000 }, () =>
      Promise.resolve({
        connect: () =>
          void Promise.resolve(transport!('ws://127.0.0.1:9/#f', {}, {} as never)).catch(
            (error: unknown) => (thrown = error),
          ),
        close: () => undefined,
      }),
    );
    await expect(firstValueFrom(opening$)).rejects.toMatchObject({
      message: expect.stringMatching(/^It: the SDK does not accept the request: .*fragment/u) as string,
      stage: 'tts',
      retryable: false,
    });
    await expect.poll(() => thrown).toBeInstanceOf(SyntaxError);
  });
});
