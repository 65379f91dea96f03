import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

describe('a scripted call in another test runner', () => {
  it('should pass and fail in node:test as it does here', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--test', '--test-reporter=spec', join(import.meta.dirname, '../fixtures/nodeTest/weather.js')],
      { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined } },
    );
    expect(status).toBe(1);
    expect(stdout).toMatch(/pass 1\b/u);
    expect(stdout).toMatch(/fail 1\b/u);
    expect(stdout).toContain('TimelineError');
    expect(stdout).toMatch(
      /≠ 2\.140 {2}bot speaking "It is sunny\." {3,}2\.140 {2}bot speaking "It is rainy\."/u,
    );
  });
});
