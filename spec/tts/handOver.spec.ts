import { concat, NEVER, of, take, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { map } from 'rxjs';
import { silence } from '../../lib/audio/frame.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { handOver } from '../../lib/tts/handOver.ts';
import { SpeechLedger } from '../../lib/tts/speechLedger.ts';

const frames = Array.from({ length: 4 }, () => silence(100));
const ledgerOf = (): SpeechLedger => {
  const ledger = new SpeechLedger();
  ledger.begin('One two three.');
  return ledger;
};

describe('handOver', () => {
  it('should hand audio over in real time, ahead of being heard, and enter it in the ledger', () => {
    const ledger = ledgerOf();
    const { values, completedAt, leftTimers } = virtualTime(() => of(...frames).pipe(handOver(ledger, 200)));
    expect(values.map(({ at }) => at)).toEqual([0, 0, 0, 100]);
    expect([completedAt, leftTimers, ledger.playhead.handedMs]).toEqual([100, 0, 400]);
  });

  it('should hand nothing over while the ledger is held', () => {
    const ledger = ledgerOf();
    ledger.hold();
    const { values } = virtualTime(() => {
      timer(70).subscribe(() => ledger.release());
      return of(...frames).pipe(handOver(ledger, 1_000));
    });
    expect(values.map(({ at }) => at)).toEqual([70, 70, 70, 70]);
  });

  it('should pass an error on at once, and leave no timer when it is unsubscribed', () => {
    const broken$ = concat(
      of(...frames),
      throwError(() => new Error('gone')),
    );
    expect(virtualTime(() => broken$.pipe(handOver(ledgerOf(), 0))).failed?.at).toBe(0);
    const run = virtualTime(() => concat(of(...frames), NEVER).pipe(handOver(ledgerOf(), 0)), { until: 150 });
    expect([run.values.length, run.leftTimers]).toEqual([2, 0]);
    expect(virtualTime(() => of(...frames).pipe(handOver(ledgerOf(), 0), take(1))).leftTimers).toBe(0);
  });

  it('should note that a sentence had no audio', () => {
    const ledger = ledgerOf();
    virtualTime(() =>
      NEVER.pipe(
        take(0),
        map(() => silence(20)),
        handOver(ledger, 200),
      ),
    );
    expect([ledger.isSilent, ledger.text]).toEqual([true, '']);
  });
});
