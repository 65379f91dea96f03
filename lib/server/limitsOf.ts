import { longestTimerMs } from '../rx/timers.ts';
import type { ServerLimits } from './options.ts';

/** The most that is kept of a call whose client is away, ms. */
const mostResumeMs = 60_000;

/** The limits of a server, none of them missing and none longer than a timer can be. */
export function limitsOf(limits: ServerLimits = {}): Required<ServerLimits> {
  const { calls = 200, callMs = 3_600_000, idleMs = 300_000, resumeMs = 30_000 } = limits;
  const { helloMs = 5_000, pingMs = 10_000 } = limits;
  const half = Math.max(1, Math.ceil(calls / 2));
  const { callsPerUser = half, callsPerAddress = half } = limits;
  return {
    calls,
    callsPerUser,
    callsPerAddress,
    callMs: Math.min(callMs, longestTimerMs),
    idleMs: Math.min(idleMs, longestTimerMs),
    resumeMs: Math.min(resumeMs, mostResumeMs),
    helloMs: Math.min(helloMs, longestTimerMs),
    pingMs: Math.min(pingMs, longestTimerMs),
  };
}
