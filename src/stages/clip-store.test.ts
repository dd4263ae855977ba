import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeAudio } from '../audio/audio-file.js';
import type { NoiseEvent } from '../audio/sensor-records.js';
import { instantBackoff } from '../stream/testing/signals.js';
import { ClipStore } from './clip-store.js';

const FULL = { mode: 'full', ttlDays: 7, lowPassHz: 300 } as const;
const RATE = 8000;

/** A clip of a low and a high tone. Of an event, the store reads these two fields. */
const event = {
  sampleRateHz: RATE,
  audio: Float32Array.from({ length: RATE }, (_, i) => 0.4 * Math.sin(i / 20) + 0.4 * Math.sin(i * 2.5)),
} as Pick<NoiseEvent, 'sampleRateHz' | 'audio'> as NoiseEvent;

describe('ClipStore', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'clips-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('keeps no sound of a sensor that does not allow it', async () => {
    const store = new ClipStore(directory);
    expect(await store.write('m1', 'e', event, { ...FULL, mode: 'off' })).toBeNull();
    expect(await readdir(directory)).toEqual([]);
  });

  it('writes a clip that can be heard, and the same again for the same event', async () => {
    const store = new ClipStore(directory);
    const path = await store.write('press 1', 'e', event, FULL);
    expect(path).toBe(join('press%201', 'e.wav'));
    const bytes = await readFile(join(directory, path!));
    const { samples, sampleRateHz } = await decodeAudio(bytes);
    expect([sampleRateHz, samples.length]).toEqual([RATE, RATE]);
    expect(await store.write('press 1', 'e', event, FULL)).toBe(path);
    expect(await readFile(join(directory, path!))).toEqual(bytes);
    expect(await readdir(join(directory, 'press%201'))).toEqual(['e.wav']);
  });

  it('keeps of a band-limited clip only what lies below the limit', async () => {
    const store = new ClipStore(directory);
    const path = await store.write('m1', 'e', event, { ...FULL, mode: 'band_limited' });
    const { samples } = await decodeAudio(await readFile(join(directory, path!)));
    let high = 0;
    for (let i = 1000; i < samples.length; i++) high += samples[i]! * Math.sin(i * 2.5);
    expect(Math.abs(high / (samples.length - 1000))).toBeLessThan(1e-3);
  });

  it.each(['..', '.', '../../etc', 'a/b', '\\', 'ü'.repeat(256), '%2E%2E', '🎤'])(
    'keeps the clips of a sensor inside its directory, whatever its name: %j',
    async sensor => {
      const inside = join(directory, 'clips');
      const store = new ClipStore(inside);
      const path = await store.write(sensor, 'e', event, FULL);
      expect((await stat(join(inside, path!))).isFile()).toBe(true);
      expect(await readdir(directory)).toEqual(['clips']);
      expect(await readdir(inside)).toHaveLength(1);
      const [name] = await store.sensors();
      expect(await store.expire(name!, 0, Date.now() + 1000)).toBe(1);
    },
  );

  it('lets two owners of a partition write the same clip at once', async () => {
    const stores = [new ClipStore(directory), new ClipStore(directory)];
    for (let i = 0; i < 20; i++)
      await Promise.all(stores.map(store => store.write('m1', `e${i}`, event, FULL)));
    expect(await readdir(join(directory, 'm1'))).toHaveLength(20);
  });

  it('deletes clips at the end of their life, and no others', async () => {
    const store = new ClipStore(directory);
    for (const [id, day] of [
      ['old', 1],
      ['young', 5],
    ] as const) {
      const path = await store.write('m1', id, event, FULL);
      await utimes(join(directory, path!), day * 86_400, day * 86_400);
    }
    expect(await store.expire('m1', 7, 8.5 * 86_400_000)).toBe(1);
    expect(await readdir(join(directory, 'm1'))).toEqual(['young.wav']);
    expect(await store.expire('nobody', 7, 0)).toBe(0);
  });

  it('passes over a folder that is not one of its own', async () => {
    await new ClipStore(directory).write('m1', 'e', event, FULL);
    await writeFile(join(directory, '100%'), '');
    expect(await new ClipStore(directory).sensors()).toEqual(['m1']);
  });

  it('waits for space on a full disk, leaves no half file, and tells: it used to end the process', async () => {
    const retries: unknown[] = [];
    let failures = 2;
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    const onFullDisk = async (path: string, bytes: Uint8Array) => {
      await writeFile(path, bytes.subarray(0, 10));
      if (failures-- > 0) throw full;
      await writeFile(path, bytes);
    };
    const retry = { backoff: instantBackoff(), onRetry: (error: unknown) => void retries.push(error) };
    const store = new ClipStore(directory, retry, onFullDisk);
    expect(await store.write('m1', 'e', event, FULL)).not.toBeNull();
    expect(retries).toEqual(
      Array(2).fill(expect.objectContaining({ code: 'DISK_FULL', class: 'retryable' })),
    );
    expect(await readdir(join(directory, 'm1'))).toEqual(['e.wav']);
  });

  it('waits for the right to write: it used to end the stage as an internal error', async () => {
    const codes: unknown[] = [];
    let failures = 3;
    const guarded = async (path: string, bytes: Uint8Array) => {
      const code = ['EACCES', 'EPERM', 'EROFS'][--failures];
      if (code) throw Object.assign(new Error(code), { code });
      await writeFile(path, bytes);
    };
    const retry = {
      backoff: instantBackoff(),
      onRetry: (error: unknown) => void codes.push((error as { code: string }).code),
    };
    await new ClipStore(directory, retry, guarded).write('m1', 'e', event, FULL);
    expect(codes).toEqual(Array(3).fill('CLIP_NOT_WRITABLE'));
    expect(await readdir(join(directory, 'm1'))).toEqual(['e.wav']);
  });
});
