import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import type * as Fs from 'node:fs/promises';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { workerEntry } from '../entry.js';
import { DataDirectory, findOwner } from './data-directory.js';

const hooks = vi.hoisted(() => ({
  beforeLink: undefined as (() => Promise<void>) | undefined,
  beforeRename: undefined as (() => Promise<void>) | undefined,
}));
vi.mock('node:fs/promises', async importOriginal => {
  const fs = await importOriginal<typeof Fs>();
  return {
    ...fs,
    link: async (from: string, to: string) => {
      const { beforeLink } = hooks;
      hooks.beforeLink = undefined;
      await beforeLink?.();
      return fs.link(from, to);
    },
    rename: async (from: string, to: string) => {
      const { beforeRename } = hooks;
      hooks.beforeRename = undefined;
      await beforeRename?.();
      return fs.rename(from, to);
    },
  };
});

describe('DataDirectory', () => {
  let path: string;
  beforeEach(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'plantsense-dir-')), 'data');
  });
  afterEach(() => rm(join(path, '..'), { recursive: true, force: true }));

  const lockFile = async () => {
    const locks = (await readdir(path)).filter(name => name.startsWith('owner.'));
    expect(locks).toHaveLength(1);
    return join(path, locks[0]!);
  };
  /** Changes what the lock file says of its owner, as if another process had written it. */
  const forge = async (change: Record<string, unknown>) => {
    const file = await lockFile();
    const { owner } = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ owner: { ...owner, ...change } }));
  };
  const inUse = (message: RegExp) =>
    expect(DataDirectory.own(path)).rejects.toMatchObject({
      code: 'DATA_DIR_IN_USE',
      message: expect.stringMatching(message),
    });

  it('keeps every address, and the release, however slow an earlier change of the lock file is', async () => {
    const directory = await DataDirectory.own(path);
    const slowly = () => new Promise<void>(resolve => setTimeout(resolve, 30));
    hooks.beforeRename = slowly;
    await Promise.all([directory.announce({ broker: 'b' }), directory.announce({ store: 's' })]);
    expect((await findOwner(path))?.addresses).toEqual({ broker: 'b', store: 's' });
    hooks.beforeRename = slowly;
    await Promise.all([directory.announce({ http: 'h' }), directory.release()]);
    await directory.announce({ http: null });
    expect(await findOwner(path)).toBeNull();
  });

  it('belongs to one owner, whose process and addresses others are told', async () => {
    const directory = await DataDirectory.own(path);
    await inUse(new RegExp(`in use by process ${process.pid}\\.`));
    await directory.announce({ broker: '127.0.0.1:4711' });
    await directory.announce({ store: 'http://127.0.0.1:8123', http: 'http://127.0.0.1:8080' });
    await inUse(/broker 127\.0\.0\.1:4711, store http:\/\/127\.0\.0\.1:8123, http http:/);
    await directory.announce({ http: null });
    expect(await findOwner(path)).toMatchObject({
      pid: process.pid,
      token: directory.token,
      addresses: { broker: '127.0.0.1:4711', store: 'http://127.0.0.1:8123' },
    });
    expect((await findOwner(path))!.addresses).not.toHaveProperty('http');
    await directory.release();
    await directory.release();
    expect(await findOwner(path)).toBeNull();
    await (await DataDirectory.own(path)).release();
  });

  it('has no owner when there is none, or no directory', async () => {
    expect(await findOwner(path)).toBeNull();
  });

  it('is for its user alone', async () => {
    const directory = await DataDirectory.own(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(await lockFile())).mode & 0o777).toBe(0o600);
    await directory.announce({ broker: 'x' });
    expect((await stat(await lockFile())).mode & 0o777).toBe(0o600);
    expect(directory.token).toMatch(/^[0-9a-f]{64}$/);
    await directory.release();
  });

  it('is taken over from a process that died', async () => {
    await DataDirectory.own(path);
    const child = spawn('true');
    await once(child, 'exit');
    await forge({ pid: child.pid });
    expect(await findOwner(path)).toBeNull();
    await (await DataDirectory.own(path)).release();
  });

  it('is taken over when another process got the dead one’s id', async () => {
    await DataDirectory.own(path);
    // This process runs, but was not started when the owner was.
    await forge({ process: 'an earlier boot/12345' });
    expect(await findOwner(path)).toBeNull();
    await (await DataDirectory.own(path)).release();
  });

  it('is left to an owner on another host until its heart has stopped', async () => {
    await DataDirectory.own(path);
    await forge({ host: 'elsewhere', pid: 1 });
    await inUse(/process 1 on elsewhere/);
    const longAgo = new Date(Date.now() - 120_000);
    await utimes(await lockFile(), longAgo, longAgo);
    await (await DataDirectory.own(path)).release();
  });

  it('is taken over from a lock that can’t be read', async () => {
    await DataDirectory.own(path);
    await writeFile(await lockFile(), '{');
    await (await DataDirectory.own(path)).release();
  });

  it('goes to exactly one of many that take over a dead owner’s at once', async () => {
    for (let round = 0; round < 40; round++) {
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => DataDirectory.own(path)));
      const owned = results.filter(result => result.status === 'fulfilled');
      expect(owned).toHaveLength(1);
      // Dies without releasing, or releases: the next ones find a lock of either kind.
      if (round % 2) await forge({ process: 'dead' });
      else await owned[0]!.value.release();
    }
  });

  it('is not given to one that comes late, with a number that others have used and cleared away', async () => {
    await DataDirectory.own(path);
    await forge({ process: 'dead' });
    let owner: DataDirectory | undefined;
    // Between seeing the dead owner and taking its place, two others come, and the first of them leaves again.
    hooks.beforeLink = async () => {
      await (await DataDirectory.own(path)).release();
      owner = await DataDirectory.own(path);
    };
    await inUse(/in use by process/);
    expect((await findOwner(path))?.token).toBe(owner!.token);
    await owner!.release();
  });

  it('has never two owners while several processes take and release it', async () => {
    const { path: worker, execArgv } = workerEntry(import.meta.url, './embedded/testing/contender.worker');
    const children = Array.from({ length: 3 }, () => fork(worker, [path, '40'], { execArgv }));
    const results = await Promise.all(children.map(async child => (await once(child, 'message'))[0]));
    expect(results).toEqual(Array.from({ length: 3 }, () => ({ owned: 40, overlaps: 0 })));
  });

  it('says what is wrong with a path that can’t be one', async () => {
    await writeFile(join(path, '..', 'file'), '');
    await expect(DataDirectory.own(join(path, '..', 'file', 'data'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('ENOTDIR'),
    });
  });
});
