import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as tf from '../tf.js';
import { openBackend } from './open-backend.js';
import { prepareBackend } from './prepare-backend.js';

describe('without a native backend', () => {
  let cache: string;
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'plantsense-fallback-'));
    vi.stubEnv('XDG_CACHE_HOME', cache);
    vi.stubEnv('PLANTSENSE_TENSOR_BACKEND', '');
    vi.stubEnv('CXX', 'no-such-compiler');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true });
  });

  it('refuses to open another than the one that is asked for', async () => {
    await expect(openBackend({ kind: 'native' })).rejects.toMatchObject({
      code: 'TENSOR_BACKEND_UNAVAILABLE',
      cause: { code: 'COMPILER_MISSING' },
    });
    vi.stubEnv('PLANTSENSE_TENSOR_BACKEND', 'tensorflow');
    await expect(openBackend()).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  it('prepares what it can: says what that fetches and where to, and what is missing', async () => {
    const lines: string[] = [];
    const missing = await prepareBackend(line => lines.push(line));
    expect(lines).toEqual([
      expect.stringMatching(/^TensorFlow is fetched, once: 2\d\d MB, kept in .*=wasm does/),
    ]);
    expect(lines[0]).toContain(join(cache, 'plantsense'));
    expect(missing).toMatch(/^COMPILER_MISSING: .*"no-such-compiler".*apt install g\+\+/);
  });

  it('prepares nothing when another is asked for', async () => {
    vi.stubEnv('PLANTSENSE_TENSOR_BACKEND', 'wasm');
    const lines: string[] = [];
    expect(await prepareBackend(line => lines.push(line))).toBe('PLANTSENSE_TENSOR_BACKEND is wasm.');
    expect(lines).toEqual([]);
  });

  it('opens WebAssembly, says why and what it costs, and leaves the process its own errors', async () => {
    const listeners = process.listenerCount('unhandledRejection');
    const lines: string[] = [];
    const { kind, fallback, versions } = await openBackend({ report: line => lines.push(line) });
    expect(kind).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
    expect(versions.tensorflow).toBeNull();
    expect(fallback?.causes.map(({ code }) => code)).toEqual(['COMPILER_MISSING']);
    expect(lines[0]).toMatch(/^COMPILER_MISSING/);
    expect(lines[1]).toMatch(/^Tensors are computed by WebAssembly: .*20 times slower.*$/);
    expect([...tf.tidy(() => tf.tensor1d([1, 2]).add(1).dataSync())]).toEqual([2, 3]);
    expect(process.listenerCount('unhandledRejection')).toBe(listeners);
  });
});
