import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { workerEntry } from '../entry.js';
import { NoiseTrainingWindow } from './noise-training-window.js';
import { BANDS, FEATURE_SET, FRAMES, makeEvents } from './testing/events.js';
import { jobDirectory, TrainingJob } from './training-job.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-job-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function trainingSet(tensorPath: string) {
  const window = new NoiseTrainingWindow({
    ...{ bands: BANDS, frames: FRAMES, featureSet: FEATURE_SET, featureOptions: {}, tensorPath },
  });
  for (const event of makeEvents([0, 1, 2])) await window.add(event);
  return window.trainingSet();
}

describe('a training job', () => {
  it('gives a training that was killed its events and checkpoints back, also elsewhere', async () => {
    const root = join(directory, 'checkpoints');
    const job = await TrainingJob.own(jobDirectory(root, { seed: 1 }));
    // The directory of models that it may lie in is for others to read too.
    expect(statSync(root).mode & 0o055).toBe(0o055 & ~process.umask());
    expect(await job.resume()).toBeNull();
    const set = await job.collect(trainingSet);
    expect(await job.checkpoint('vade').load()).toBeNull();
    await job.checkpoint('vade').save(Buffer.from('first'));
    await job.checkpoint('vade').save(Buffer.from('second'));
    expect(await job.leave(true)).toBe(true);

    const moved = join(directory, 'moved');
    renameSync(root, moved);
    const again = await TrainingJob.own(jobDirectory(moved, { seed: 1 }));
    const resumed = await again.resume();
    const path = join(again.directory, 'tensors.npy');
    expect(resumed).toEqual({ ...set, tensors: { ...set.tensors, path } });
    expect(existsSync(path)).toBe(true);
    expect(Buffer.from((await again.checkpoint('vade').load())!).toString()).toBe('second');
    // Another training has its own.
    const other = await TrainingJob.own(jobDirectory(moved, { seed: 2 }));
    expect(await other.resume()).toBeNull();
    await again.remove();
    expect(readdirSync(moved)).toHaveLength(1);
    await other.remove();
    expect(existsSync(moved)).toBe(false);
  });

  it('begins anew when it is told to, and when the events can not be read', async () => {
    const job = await TrainingJob.own(jobDirectory(directory, { seed: 3 }));
    await job.collect(trainingSet);
    await job.checkpoint('vade').save(Buffer.from('first'));
    expect(await job.resume()).not.toBeNull();
    await job.clear();
    expect([await job.resume(), await job.checkpoint('vade').load()]).toEqual([null, null]);
    writeFileSync(join(job.directory, 'events.bin'), 'no events');
    expect(await job.resume()).toBeNull();
    await job.remove();
  });

  it('keeps nothing of events that were read in part, and is not left with nothing', async () => {
    const directories = [4, 5, 6].map(seed => jobDirectory(join(directory, 'failed'), { seed }));
    const [read, terminal, begun] = await Promise.all(directories.map(path => TrainingJob.own(path)));
    const failing = read!.collect(async path => {
      writeFileSync(path, 'half');
      throw new Error('no room');
    });
    await expect(failing).rejects.toThrow('no room');
    expect(existsSync(join(read!.directory, 'tensors.npy'))).toBe(false);
    for (const job of [terminal!, begun!]) await job.collect(trainingSet);
    expect([await read!.leave(true), await terminal!.leave(false), await begun!.leave(true)]).toEqual([
      ...[false, false, true],
    ]);
    expect(directories.map(path => existsSync(path))).toEqual([false, false, true]);
  });

  it('leaves no empty directory of its own when it is removed, but whatever else there is', async () => {
    const own = (out: string, key: number) => TrainingJob.own(jobDirectory(join(out, '.training'), key));
    const [made, filled, there] = ['made/for/it', 'filled', 'there'].map(name => join(directory, name));
    await (await own(made!, 1)).leave(true);
    expect(existsSync(join(directory, 'made'))).toBe(false);

    const [first, second] = [await own(filled!, 1), await own(filled!, 2)];
    await first.remove();
    await second.remove();
    // Made by the first, for which the second was in the way.
    expect(readdirSync(filled!)).toEqual([]);
    const third = await own(join(filled!, 'out'), 3);
    writeFileSync(join(filled!, 'out', 'model'), '');
    await third.remove();
    expect(readdirSync(join(filled!, 'out'))).toEqual(['model']);

    mkdirSync(there!);
    await (await own(there!, 1)).remove();
    expect(readdirSync(there!)).toEqual([]);
  });

  it('belongs to one process, until that one dies', async () => {
    const path = jobDirectory(join(directory, 'shared'), { seed: 4 });
    const { path: entry, execArgv } = workerEntry(import.meta.url, './testing/hold-job.worker');
    const holder = fork(entry, [path], { execArgv });
    await once(holder, 'message');
    await expect(TrainingJob.own(path)).rejects.toMatchObject({
      code: 'TRAINING_IN_USE',
      message: expect.stringContaining(`process ${holder.pid}`),
    });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const job = await TrainingJob.own(path);
    await expect(TrainingJob.own(path)).rejects.toMatchObject({ code: 'TRAINING_IN_USE' });
    await job.remove();
    expect(existsSync(path)).toBe(false);
    // Whoever comes then gets a new one, which the old owner can no longer touch.
    const next = await TrainingJob.own(path);
    await job.remove();
    await expect(TrainingJob.own(path)).rejects.toMatchObject({ code: 'TRAINING_IN_USE' });
    await next.remove();
  });

  it('says where it can not be kept', async () => {
    writeFileSync(join(directory, 'file'), '');
    await expect(TrainingJob.own(join(directory, 'file', 'job'))).rejects.toMatchObject({
      code: 'FILE_NOT_WRITABLE',
    });
  });
});
