import { defer, filter, type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { HostMessage } from './protocol.ts';

/** A frame on its way from a host. */
type AudioMessage = Extract<HostMessage, { readonly type: 'audio' }>;

/** Sound this old is no use to a conversation any more, ms. */
const tooOld = 1_000;

/** For how long a microphone may give nothing but zeros, from the first frame on: 3 s. */
const zeros = 150;

/** The system's monotonic clock, ms: the same one in all processes. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Drops audio that comes too late because this program was busy, and warns of it afterwards. */
export const fresh =
  (warn: (message: string) => void): MonoTypeOperatorFunction<AudioMessage> =>
  message$ =>
    defer(() => {
      let missing = 0;
      return message$.pipe(
        filter(({ at, dropped }) => {
          missing += dropped;
          if (now() - at > tooOld) {
            missing++;
            return false;
          }
          if (missing > 0)
            warn(`${missing * 20} ms of sound were left out: this program was busy for over a second.`);
          missing = 0;
          return true;
        }),
      );
    });

/** Warns of a microphone that gives nothing but zeros from the start, as muted ones do and ones that aren't allowed. */
export const notMuted =
  (warn: (message: string) => void): MonoTypeOperatorFunction<AudioFrame> =>
  frame$ =>
    defer(() => {
      let left = zeros;
      return frame$.pipe(
        tap(({ pcm }) => {
          if (left === 0) return;
          left = pcm.some(sample => sample !== 0) ? 0 : left - 1;
          if (left === 0 && pcm.every(sample => sample === 0))
            warn(
              'The microphone gives no sound at all: is it muted, or is this program not allowed to use it?',
            );
        }),
      );
    });
