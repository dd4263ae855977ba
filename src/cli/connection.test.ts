import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from './testing/run-in-process.js';

const nowhere = join(tmpdir(), 'plantsense-mistyped', 'data');

describe('a mistyped data directory', () => {
  it.each([
    [['tap', 'noise.events', '--from-beginning', '--until-caught-up']],
    [['topics', 'list']],
    [['dead-letter', 'list']],
    [['models', 'list']],
    [['db', 'status']],
    // It used to leave an empty one behind.
    [['train', 'noise']],
  ])('is not made by %j, which only reads', async args => {
    const { code, stderr } = await runInProcess([...args, '--data-dir', nowhere]);
    expect([code, stderr.split(':')[0]]).toEqual([1, 'FILE_NOT_FOUND']);
    expect(existsSync(nowhere)).toBe(false);
  });
});

describe('tap', () => {
  it('asks for --from-beginning where else it would print nothing: it used to end in silence, also for a topic that is not there', async () => {
    const { code, stdout, stderr } = await runInProcess(['tap', 'noise.evnts', '--until-caught-up']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('USAGE_INVALID: --until-caught-up needs --from-beginning');
  });
});
