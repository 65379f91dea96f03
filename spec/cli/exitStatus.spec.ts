import { describe, expect, it } from 'vitest';
import { type Failure, exitStatus } from '../../cli/exitStatus.ts';

const spoken = { outcome: 'spoken', total: 800 } as const;
const cut = { outcome: 'interrupted', total: 800 } as const;
const cutBeforeItSpoke = { outcome: 'interrupted', total: undefined } as const;
const failed = { outcome: 'failed', total: undefined } as const;
const because = (message: string): Failure => ({
  type: 'turn.failed',
  turn: 1,
  stage: 'llm',
  cause: new Error(message),
  heard: '',
  audioMs: 0,
});

describe('how a call went', () => {
  it('should be well when every turn was answered, also one that was interrupted, and when there was none', () => {
    expect(exitStatus([spoken, cut, cutBeforeItSpoke], [])).toEqual({ code: 0 });
    expect(exitStatus([], [])).toEqual({ code: 0 });
  });

  it('should say how many turns failed, and each reason once', () => {
    expect(exitStatus([failed, spoken, failed], [because('gone'), because('gone')])).toEqual({
      code: 0,
      complaint: '2 of 3 turns failed.\n  llm: gone',
    });
  });

  it('should be a failure when no turn was answered', () => {
    expect(exitStatus([failed, failed], [because('gone'), because('late')])).toEqual({
      code: 1,
      complaint: 'no turn was answered: 2 of 2 failed.\n  llm: gone\n  llm: late',
    });
    expect(exitStatus([cutBeforeItSpoke, failed], [because('gone')]).code).toBe(1);
    expect(exitStatus([failed], ['1', '2', '3', '4'].map(because)).complaint).not.toContain('4');
  });
});
