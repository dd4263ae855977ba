import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runInProcess } from './testing/run-in-process.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-run-'));
afterAll(() => rmSync(directory, { recursive: true }));

const file = join(directory, 'spare.yaml');
writeFileSync(file, 'name: spare\ntopics:\n  spare: {}\nstages: {}\n');

/** Gets as far as the store, which is not there. */
const run = (...flags: string[]) =>
  runInProcess([
    'run',
    file,
    '--store',
    'http://127.0.0.1:1',
    '--data-dir',
    join(directory, 'data'),
    ...flags,
  ]);

describe('run', () => {
  it('says what lint warns of, as lint says it, and goes on', async () => {
    const linted = await runInProcess(['lint', file]);
    expect(linted.stdout).toContain('[topic-unused]');
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr.startsWith(`${linted.stdout}STORE_UNAVAILABLE: `)).toBe(true);
  });

  it('says it as a line of JSON with --json', async () => {
    const [warning, error] = (await run('--json')).stderr.trimEnd().split('\n');
    expect(JSON.parse(warning!)).toMatchObject({ warning: { file, rule: 'topic-unused', line: 3 } });
    expect(JSON.parse(error!)).toMatchObject({ error: { code: 'STORE_UNAVAILABLE' } });
  });
});
