import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirectory } from '../../../broker/data-directory.js';
import { findAddon } from './find-addon.js';
import type { TensorflowRelease } from './releases.js';
import { type SetUpOptions, setUpTensorflow } from './set-up-tensorflow.js';
import { type LocalIndex, serveIndex, wheelOf } from './testing/local-index.js';
import { zip } from './testing/zip.js';

const CONTENT = zip({ 'tensorflow/lib.so.2': 'library', 'tensorflow/include/c_api.h': '' });
const RELEASE: TensorflowRelease = {
  name: 'tiny-1.0',
  version: '1.0',
  wheels: [wheelOf(CONTENT)],
  unpackedBytes: 100,
  libraries: ['tensorflow/lib.so.2'],
};

// Writes its last source into the file after -o, as a compiler does in its way.
const COMPILER = `#!${process.execPath}
const { copyFileSync } = require('node:fs');
const list = process.argv.slice(2);
if (list[0] === '--version') process.exit(0);
if (process.env.COMPILER_FAILS) { console.error('lib.so.2: not a library'); process.exit(1); }
copyFileSync(list.findLast(word => word.endsWith('.cc')), list[list.indexOf('-o') + 1]);
`;

describe("TensorFlow's set-up", () => {
  let scratch: string;
  let index: LocalIndex;
  let lines: string[];

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'plantsense-set-up-'));
    await writeFile(join(scratch, 'c++'), COMPILER);
    await chmod(join(scratch, 'c++'), 0o755);
    index = await serveIndex(RELEASE.wheels[0]!, CONTENT);
    lines = [];
  });
  afterEach(async () => {
    await index.close();
    await rm(scratch, { recursive: true, force: true });
  });

  const cache = () => join(scratch, 'cache');
  const options = (env: NodeJS.ProcessEnv = {}): SetUpOptions => ({
    release: RELEASE,
    cache: cache(),
    env: { PIP_CONFIG_FILE: '/dev/null', PIP_INDEX_URL: index.url, CXX: join(scratch, 'c++'), ...env },
    zig: null,
    report: line => lines.push(line),
    load: async () => ({ ok: true, output: '' }),
  });
  const downloads = () => index.requests.filter(request => request.startsWith('/files/')).length;

  it('fetches, compiles, and does nothing the next time', async () => {
    expect(findAddon(cache(), RELEASE)).toBeNull();
    const paths = await setUpTensorflow(options());
    expect(await readFile(paths.quiet, 'utf8')).toContain('TF_CPP_MIN_LOG_LEVEL');
    expect(existsSync(paths.tensorflow)).toBe(true);
    expect(lines.at(-1)).toMatch(/^Compiling/);

    expect(findAddon(cache(), RELEASE)).toEqual(paths);
    lines = [];
    expect(await setUpTensorflow(options())).toEqual(paths);
    expect(lines).toEqual([]);
    expect(downloads()).toBe(1);
  });

  it('is done once when many want it at the same time', async () => {
    const all = await Promise.all([1, 2, 3].map(() => setUpTensorflow(options())));
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).toEqual(all[0]);
    expect(downloads()).toBe(1);
    expect(lines.filter(line => line.startsWith(`Process ${process.pid} on`))).toHaveLength(2);
  });

  it('waits for another process, and goes on when that one is killed', async () => {
    const lock = join(cache(), 'tensorflow/lock');
    await mkdir(lock, { recursive: true });
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(other, 'spawn');
    await writeLock(lock, other.pid!);

    const waiting = setUpTensorflow(options());
    while (lines.length === 0) await new Promise(setImmediate);
    expect(lines).toEqual([`Process ${other.pid} on ${hostname()} is at it: waiting`]);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(existsSync((await waiting).tensorflow)).toBe(true);
  });

  it('gives those who waited the failure of the one that they waited for', async () => {
    await index.close();
    index = await serveIndex(wheelOf(Buffer.from('x')), CONTENT, { instead: Buffer.alloc(CONTENT.length) });
    const failures = await Promise.allSettled([1, 2, 3].map(() => setUpTensorflow(options())));
    for (const failure of failures)
      expect(failure).toMatchObject({ reason: { code: 'PACKAGE_CHECKSUM_MISMATCH' } });
    expect(downloads()).toBe(1);
    // Whoever comes later tries again.
    await expect(setUpTensorflow(options())).rejects.toMatchObject({ code: 'PACKAGE_CHECKSUM_MISMATCH' });
    expect(downloads()).toBe(2);
  });

  it('looks for a compiler before it fetches anything', async () => {
    const missing = { code: 'COMPILER_MISSING', action: expect.stringContaining('apt install g++') };
    await expect(setUpTensorflow(options({ CXX: '', PATH: '' }))).rejects.toMatchObject(missing);
    await expect(setUpTensorflow(options({ CXX: 'no-such-compiler' }))).rejects.toThrow('"no-such-compiler"');
    expect(index.requests).toEqual([]);
  });

  it('says what the compiler said, and needs no second download to try again', async () => {
    const failing = setUpTensorflow(options({ COMPILER_FAILS: '1' }));
    await expect(failing).rejects.toMatchObject({ code: 'TENSORFLOW_UNUSABLE' });
    await expect(failing).rejects.toThrow('lib.so.2: not a library');
    expect(findAddon(cache(), RELEASE)).toBeNull();
    await setUpTensorflow(options());
    expect(downloads()).toBe(1);
  });

  it('keeps no addon that does not load', async () => {
    const load = async () => ({ ok: false, output: 'ended by SIGILL' });
    await expect(setUpTensorflow({ ...options(), load })).rejects.toThrow('SIGILL');
    expect(findAddon(cache(), RELEASE)).toBeNull();
  });

  it('says so when the cache is not a directory', async () => {
    await writeFile(cache(), 'a file');
    await expect(setUpTensorflow(options())).rejects.toMatchObject({ code: 'FILE_NOT_WRITABLE' });
  });

  it('says so when there is no room', async () => {
    const release = { ...RELEASE, unpackedBytes: Number.MAX_SAFE_INTEGER };
    await expect(setUpTensorflow({ ...options(), release })).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(index.requests).toEqual([]);
  });
});

/** A lock as that process would have it: taken here, and signed with its id. */
async function writeLock(directory: string, pid: number): Promise<void> {
  const { processIdentity } = await import('../../../broker/embedded/process-identity.js');
  const mine = await DataDirectory.own(directory);
  await mine.release();
  const owner = { pid, host: hostname(), process: processIdentity(pid), token: 'x', addresses: {} };
  await writeFile(join(directory, 'owner.1.json'), JSON.stringify({ owner }));
}
