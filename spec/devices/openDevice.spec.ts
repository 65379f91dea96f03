import { concatMap, map, merge, NEVER, type Observable, share, take, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { AudioBackendError } from '../../lib/devices/audioBackendError.ts';
import type { AudioHost } from '../../lib/devices/audioHost.ts';
import { openDevice } from '../../lib/devices/openDevice.ts';
import type { HostMessage, HostRequest } from '../../lib/devices/protocol.ts';
import { virtualTime } from '../../lib/testing/index.ts';

/** A host with these messages, at these times in ms. */
function host(says: readonly (readonly [number, HostMessage])[], then$: Observable<HostMessage> = NEVER) {
  const asked: HostRequest[] = [];
  let kills = 0;
  const told$ = merge(...says.map(([at, message]) => timer(at).pipe(map(() => message))), then$);
  const fake: AudioHost = {
    backend: { name: 'naudiodon', path: '/naudiodon/index.js' },
    message$: told$.pipe(share()),
    gone$: NEVER,
    gone: false,
    send: request => void asked.push(request),
    kill: () => (kills += 1),
  };
  return { fake, asked, kills: () => kills };
}
const options = { kind: 'microphone', device: 'USB', sampleRate: 16_000 } as const;
const opened = { type: 'opened', device: 'USB Headset', sampleRate: 48_000 } as const;
const audio = { type: 'audio', pcm: new Uint8Array(640), at: 0, dropped: 0 } as const;

describe('openDevice', () => {
  it('should emit the device when it is open, and close it when unsubscribed', () => {
    const { fake, asked, kills } = host([[80, opened]], timer(100, 20).pipe(map(() => audio)));
    const run = virtualTime(() => openDevice(fake, options), { until: 60_000 });
    expect(run.values).toMatchObject([{ at: 80, value: { device: 'USB Headset', sampleRate: 48_000 } }]);
    expect(asked).toEqual([{ type: 'open', ...options }]);
    expect([run.failed, kills(), run.leftTimers]).toEqual([undefined, 1, 0]);
  });

  it('should find a device lost that says nothing for a second', () => {
    const sounds$ = timer(100, 20).pipe(
      take(100),
      map(() => audio),
    );
    const { fake, kills } = host([[80, opened]], merge(sounds$, NEVER));
    const run = virtualTime(() => openDevice(fake, options));
    // The last sound came at 2,080 ms.
    expect(run.failed?.at).toBeGreaterThanOrEqual(3_080);
    expect(run.failed?.at).toBeLessThanOrEqual(3_330);
    expect(run.failed?.error).toMatchObject({ message: 'it gives no sign of life' });
    expect([kills(), run.leftTimers]).toEqual([1, 0]);
  });

  it('should find a device lost that says so', () => {
    const { fake } = host([
      [80, opened],
      [500, { type: 'lost', reason: 'Connection terminated' }],
    ]);
    const run = virtualTime(() => openDevice(fake, options).pipe(concatMap(opened => opened.message$)));
    expect(run.failed).toMatchObject({ at: 500, error: { message: 'Connection terminated' } });
  });

  it('should report why a device can not be opened, with the fix', () => {
    const { fake } = host([
      [80, { type: 'failed', code: 'abi-mismatch', reason: 'NODE_MODULE_VERSION 115' }],
    ]);
    const { failed } = virtualTime(() => openDevice(fake, options));
    expect(failed?.error).toBeInstanceOf(AudioBackendError);
    expect(failed).toMatchObject({
      at: 80,
      error: {
        code: 'abi-mismatch',
        backend: 'naudiodon',
        cure: expect.stringContaining('npm rebuild naudiodon') as string,
      },
    });
  });

  it('should not wait for longer than five seconds for a device to open', () => {
    const { fake, kills } = host([]);
    const run = virtualTime(() => openDevice(fake, options));
    expect(run.failed).toMatchObject({ at: 5_000, error: { code: 'no-device' } });
    expect([kills(), run.leftTimers]).toEqual([1, 0]);
  });
});
