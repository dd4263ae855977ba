import { randomBytes } from 'node:crypto';
import {
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { PlantsenseError } from '../errors.js';
import { isDiskFull } from '../files.js';
import { processIdentity } from './embedded/process-identity.js';
import { Serial } from './embedded/serial.js';

/** Where the owner of a data directory serves, on loopback: `127.0.0.1:4711` or a URL. */
export interface OwnerAddresses {
  readonly broker?: string;
  readonly store?: string;
  readonly http?: string;
}

/** What the lock file says of the owner. Only the user who runs it can read it, and so the token. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Tells the process from a later one with the same id. */
  readonly process: string | null;
  /** Who knows it may use what the owner serves. */
  readonly token: string;
  readonly addresses: OwnerAddresses;
}

/** A lock file, `owner.NUMBER.json`. The one with the highest number counts. */
interface Lock {
  readonly number: number;
  readonly path: string;
  /** `null` when it was released, or can't be read. */
  readonly owner: Owner | null;
}

const HEARTBEAT_MS = 10_000;
/** An owner on another host, whose process can't be asked for, is dead when its heart has not beaten for so long. */
const FOREIGN_LOCK_STALE_MS = 60_000;

/**
 * A data directory that belongs to this process until it is released or the process dies.
 *
 * Node has no lock that ends with its process, so the lock is a row of numbered files. A file is made whole and under
 * its name in one step (`link`), which fails when the name is there: of several processes that take over a dead one's
 * lock, one gets the next number. A lower number never counts, so one that comes late, with a number that
 * has been used and cleared away meanwhile, sees a higher one and gives up. Releasing leaves the file, so that numbers
 * are not used twice.
 */
export class DataDirectory {
  readonly path: string;
  /** Random, in the lock file. */
  readonly token: string;
  private readonly lockPath: string;
  private owner: Owner;
  /** Of the lock file, one at a time: the last one asked for stays. */
  private readonly changes = new Serial();
  private readonly heartbeat: NodeJS.Timeout;
  private released: Promise<void> | undefined;

  private constructor(path: string, lockPath: string, owner: Owner) {
    this.path = path;
    this.lockPath = lockPath;
    this.owner = owner;
    this.token = owner.token;
    this.heartbeat = setInterval(() => void this.beat(), HEARTBEAT_MS).unref();
  }

  /**
   * Takes a directory, which is made if it is not there, readable by this user only. A dead owner's lock is taken over.
   * @throws PlantsenseError DATA_DIR_IN_USE, naming the process that has it; DISK_FULL; FILE_NOT_FOUND when it can't be
   *   made or written
   */
  static async own(path: string): Promise<DataDirectory> {
    try {
      return await DataDirectory.take(path);
    } catch (error) {
      throw directoryError(error, path);
    }
  }

  private static async take(path: string): Promise<DataDirectory> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const owner: Owner = {
      pid: process.pid,
      host: hostname(),
      process: processIdentity(process.pid),
      token: randomBytes(32).toString('hex'),
      addresses: {},
    };
    for (;;) {
      const current = await currentLock(path);
      if (current?.owner && (await isAlive(current))) throw inUse(path, current.owner);
      const number = (current?.number ?? 0) + 1;
      const lockPath = join(path, lockName(number));
      if (!(await placeLock(lockPath, owner))) continue;
      const numbers = await lockNumbers(path);
      if (Math.max(...numbers) === number) {
        for (const old of numbers) if (old < number) await unlink(join(path, lockName(old))).catch(() => {});
        return new DataDirectory(path, lockPath, owner);
      }
      await unlink(lockPath).catch(() => {});
    }
  }

  /** Writes addresses into the lock file, or removes them (`null`); those not named stay. */
  async announce(changes: Readonly<Partial<Record<keyof OwnerAddresses, string | null>>>): Promise<void> {
    const all = Object.entries({ ...this.owner.addresses, ...changes });
    this.owner = {
      ...this.owner,
      addresses: Object.fromEntries(all.filter(([, address]) => address !== null)),
    };
    await this.changes.run(async () => {
      if (this.released === undefined) await replaceLock(this.lockPath, this.owner);
    });
  }

  /** Leaves the directory to the next owner. */
  release(): Promise<void> {
    clearInterval(this.heartbeat);
    this.released ??= this.changes.run(() => replaceLock(this.lockPath, null));
    return this.released;
  }

  /** Removes the directory with all that is in it. Who takes it from then on gets a new one. */
  remove(): Promise<void> {
    clearInterval(this.heartbeat);
    this.released ??= this.changes.run(async () => {
      // Away in one step: a lock file that is removed by its name could be the next owner's.
      const away = `${this.path}.${this.token.slice(0, 12)}.removed`;
      await rename(this.path, away);
      await rm(away, { recursive: true, force: true });
    });
    return this.released;
  }

  private async beat(): Promise<void> {
    const now = new Date();
    await utimes(this.lockPath, now, now).catch(() => {});
  }
}

/** The living owner of a directory; `null` when nobody has it. */
export async function findOwner(path: string): Promise<Owner | null> {
  const lock = await currentLock(path);
  return lock?.owner && (await isAlive(lock)) ? lock.owner : null;
}

const lockName = (number: number): string => `owner.${number}.json`;

async function lockNumbers(path: string): Promise<number[]> {
  const names = await readdir(path).catch(() => []);
  return names.flatMap(name => {
    const number = /^owner\.(\d+)\.json$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

async function currentLock(directory: string): Promise<Lock | null> {
  for (;;) {
    const number = Math.max(0, ...(await lockNumbers(directory)));
    if (number === 0) return null;
    const path = join(directory, lockName(number));
    try {
      const content = JSON.parse(await readFile(path, 'utf8')) as { owner: Owner | null };
      return { number, path, owner: content.owner };
    } catch (error) {
      if (error instanceof SyntaxError) return { number, path, owner: null };
      // Cleared away by the owner of a higher number.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

async function isAlive({ path, owner }: Lock): Promise<boolean> {
  const { pid, host, process: identity } = owner!;
  if (host === hostname()) return processIdentity(pid) === identity;
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
  return Date.now() - mtimeMs < FOREIGN_LOCK_STALE_MS;
}

/** Makes the lock file, whole. `false` when there is one. */
async function placeLock(path: string, owner: Owner): Promise<boolean> {
  const temporary = await writeTemporary(path, owner);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(temporary);
  }
}

async function replaceLock(path: string, owner: Owner | null): Promise<void> {
  await rename(await writeTemporary(path, owner), path);
}

async function writeTemporary(path: string, owner: Owner | null): Promise<string> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(temporary, JSON.stringify({ owner }, null, 2), { mode: 0o600, flag: 'wx' });
  return temporary;
}

function directoryError(error: unknown, path: string): PlantsenseError {
  if (error instanceof PlantsenseError) return error;
  const { message } = error as Error;
  return new PlantsenseError(
    isDiskFull(error) ? 'DISK_FULL' : 'FILE_NOT_FOUND',
    `${path} can't be a data directory: ${message}.`,
    { cause: error },
  );
}

function inUse(path: string, { pid, host, addresses }: Owner): PlantsenseError {
  const served = Object.entries(addresses).map(([name, address]) => `${name} ${address}`);
  const where = host === hostname() ? '' : ` on ${host}`;
  const serving = served.length > 0 ? `, which serves ${served.join(', ')}` : '';
  return new PlantsenseError('DATA_DIR_IN_USE', `${path} is in use by process ${pid}${where}${serving}.`);
}
