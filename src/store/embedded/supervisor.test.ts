import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workerEntry } from '../../entry.js';
import { connectStore } from '../client.js';
import { type EmbeddedOptions, type OpenStore, openStore } from '../open.js';
import { temporaryDirectory } from '../testing/test-store.js';

let directory: string;
let open: OpenStore[];

beforeEach(() => {
  directory = temporaryDirectory();
  open = [];
});

afterEach(async () => {
  await Promise.all(open.map(store => store.close()));
  rmSync(directory, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedOptions> = {}): Promise<OpenStore> {
  const store = await openStore({ type: 'embedded', directory, restartAfterMs: 10, ...options });
  open.push(store);
  return store;
}

/** Asks again until the store is back. */
async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if ((error as { code?: string }).code !== 'STORE_UNAVAILABLE') throw error;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }
}

/** False for a dead process that nobody has asked for yet, too. */
function isAlive(pid: number): boolean {
  const state = existsSync('/proc/self')
    ? existsSync(`/proc/${pid}/stat`) && /\) (.)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
    : spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()[0];
  return typeof state === 'string' && state !== 'Z';
}

describe('an embedded store', () => {
  it('listens on loopback only, and only for those who know the password', async () => {
    const store = await start();
    expect(store.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(store.address.password.length).toBeGreaterThan(20);
    const stranger = connectStore({ url: store.url });
    await expect(stranger.query('SELECT 1')).rejects.toMatchObject({ code: 'STORE_AUTH_FAILED' });
    await stranger.close();
  });

  it('that crashes is started again at the same address, with its data', async () => {
    const messages: string[] = [];
    const store = await start({ log: (_level, message) => messages.push(message) });
    await store.command('CREATE TABLE default.kept (x UInt8) ENGINE = MergeTree ORDER BY x');
    await store.command('INSERT INTO default.kept VALUES (7)');
    const pid = store.pid()!;
    process.kill(pid, 'SIGKILL');
    const address = { ...store.address, database: 'default' };
    const other = connectStore(address);
    expect(await eventually(() => other.query('SELECT x FROM kept'))).toEqual([{ x: 7 }]);
    await other.close();
    expect(store.pid()).not.toBe(pid);
    expect(messages.join('\n')).toContain('SIGKILL');
  });

  it('that is closed while it is down is not started again', async () => {
    const store = await start({ restartAfterMs: 50 });
    const pid = store.pid()!;
    process.kill(pid, 'SIGKILL');
    while (store.pid() !== null) await new Promise(resolve => setTimeout(resolve, 1));
    await store.close();
    expect(store.pid()).toBeNull();
  });

  it('refuses a second owner of its directory', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
  });

  it('says when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(start({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    other.close();
  });

  it('stays when a terminal or a service manager signals the whole group, and ends when it is closed', async () => {
    const store = await start();
    const pid = store.pid()!;
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
    await store.ping();
    await store.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('lets running statements end when it is closed', async () => {
    const store = await start();
    const slow = store.command(
      'CREATE TABLE default.slow ENGINE = MergeTree ORDER BY n AS SELECT number AS n, sleepEachRow(0.02) AS s FROM numbers(20)',
    );
    await store.ping();
    await Promise.all([slow, store.close()]);
    const again = await start();
    const reader = connectStore({ ...again.address, database: 'default' });
    expect(await reader.query('SELECT count() AS n FROM slow')).toEqual([{ n: 20 }]);
    await reader.close();
  });

  it('dies with an owner that is killed, so that the next one can open the directory at once', async () => {
    const { path, execArgv } = workerEntry(import.meta.url, '../testing/owner-process');
    const owner = fork(path, [directory], { execArgv });
    const [{ childPid }] = (await once(owner, 'message')) as [{ childPid: number }];
    expect(isAlive(childPid)).toBe(true);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const store = await start();
    await store.ping();
    expect(isAlive(childPid)).toBe(false);
  });
});
