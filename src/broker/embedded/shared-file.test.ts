import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SharedFile } from './shared-file.js';
import { scratchDirectories } from './testing/scratch.js';

describe('SharedFile', () => {
  const scratch = scratchDirectories();
  const file = async (keepOpen: boolean) => {
    const path = join(await scratch(), 'file');
    await writeFile(path, 'content');
    return new SharedFile(path, keepOpen);
  };

  it('opens once for operations under way together, and closes after the last one', async () => {
    const shared = await file(false);
    const first = await Promise.all([shared.use(async handle => handle), shared.use(async handle => handle)]);
    expect(first[0]).toBe(first[1]);
    expect(first[0]!.fd).toBe(-1);
    await shared.use(async handle => expect(handle.fd).toBeGreaterThan(0));
  });

  it('stays open for an operation that runs while it is released', async () => {
    const shared = await file(true);
    let finish = () => {};
    let began = () => {};
    const beginning = new Promise<void>(resolve => {
      began = resolve;
    });
    const running = shared.use(async handle => {
      began();
      await new Promise<void>(resolve => {
        finish = resolve;
      });
      return (await handle.read(Buffer.alloc(7), 0, 7, 0)).buffer.toString();
    });
    await beginning;
    await shared.release();
    finish();
    expect(await running).toBe('content');
  });

  it('is closed after an operation that failed, and can be used again', async () => {
    const shared = await file(false);
    let fd: { fd: number } | undefined;
    const failing = shared.use(async handle => {
      fd = handle;
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(fd!.fd).toBe(-1);
    await shared.use(async handle => expect(handle.fd).toBeGreaterThan(0));
  });

  it('passes on that the file is not there', async () => {
    await expect(new SharedFile('/nowhere/file').use(async () => {})).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
