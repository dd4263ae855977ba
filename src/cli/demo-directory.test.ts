import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirectory } from '../broker/data-directory.js';
import { countRun, openDemoDirectory } from './demo-directory.js';

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'plantsense-demo-directory-'));
  path = join(root, 'demo');
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** What a run leaves behind. */
async function fill(): Promise<void> {
  await mkdir(join(path, 'broker', 'logs'), { recursive: true });
  await writeFile(join(path, 'broker', 'logs', 'log'), 'x');
  await mkdir(join(path, 'store'), { recursive: true });
  await writeFile(join(path, 'demo.log'), 'x');
}

describe('openDemoDirectory', () => {
  it('makes a directory and counts its runs', async () => {
    const first = await openDemoDirectory(path, false);
    expect(first).toEqual({ path, logFile: join(path, 'demo.log'), runs: 0 });
    await countRun(first);
    expect((await openDemoDirectory(path, false)).runs).toBe(1);
  });

  it('starts over in its own directory, and leaves what is not its own', async () => {
    await countRun(await openDemoDirectory(path, false));
    await fill();
    await writeFile(join(path, 'notes.txt'), 'mine');
    expect((await openDemoDirectory(path, true)).runs).toBe(0);
    const names = await readdir(path);
    expect(names).not.toContain('broker');
    expect(names).not.toContain('store');
    expect(names).not.toContain('demo.log');
    expect(await readFile(join(path, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('starts over where there is nothing yet', async () => {
    expect((await openDemoDirectory(path, true)).runs).toBe(0);
  });

  it('deletes nothing behind a link', async () => {
    await openDemoDirectory(path, false);
    const elsewhere = join(root, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'precious'), 'x');
    await symlink(elsewhere, join(path, 'store'));
    await openDemoDirectory(path, true);
    expect(await readdir(elsewhere)).toEqual(['precious']);
  });

  it.each([
    ['another', false],
    ['another, which is to be emptied', true],
  ])('refuses a directory of %s', async (_, fresh) => {
    await fill();
    await expect(openDemoDirectory(path, fresh)).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
      message: `${path} is not empty and not a directory of the demo: it has no demo.json. Give another --data-dir.`,
    });
    expect(await readdir(path)).toContain('broker');
  });

  it('does not take any demo.json for its mark', async () => {
    await fill();
    await writeFile(join(path, 'demo.json'), '{"name":"something else"}');
    await expect(openDemoDirectory(path, true)).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  it('does not start over under the feet of a demo that runs', async () => {
    await openDemoDirectory(path, false);
    await fill();
    const owner = await DataDirectory.own(path);
    try {
      await expect(openDemoDirectory(path, true)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
      expect(await readdir(path)).toContain('broker');
    } finally {
      await owner.release();
    }
  });

  it('refuses a file', async () => {
    await writeFile(path, 'x');
    await expect(openDemoDirectory(path, false)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});
