import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NoiseTrainingWindow } from './noise-training-set.js';
import { BANDS, FEATURE_SET, FRAMES, makeEvents } from './testing/events.js';
import { jobDirectory, TrainingJob } from './training-job.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-job-'));
afterAll(() => rmSync(directory, { recursive: true }));

function trainingSet(tensorPath: string) {
  const window = new NoiseTrainingWindow({
    ...{ bands: BANDS, frames: FRAMES, featureSet: FEATURE_SET, featureOptions: {}, tensorPath },
  });
  for (const event of makeEvents([0, 1, 2])) window.add(event);
  return window.trainingSet();
}

describe('a training job', () => {
  it('gives a training that was killed its events and checkpoints back, also elsewhere', async () => {
    const root = join(directory, 'checkpoints');
    const job = new TrainingJob(jobDirectory(root, { seed: 1 }));
    expect(await job.resume()).toBeNull();
    const set = trainingSet(job.tensorPath);
    await job.keep(set);
    expect(await job.checkpoint('vade').load()).toBeNull();
    await job.checkpoint('vade').save(Buffer.from('first'));
    await job.checkpoint('vade').save(Buffer.from('second'));

    const moved = join(directory, 'moved');
    renameSync(root, moved);
    const again = new TrainingJob(jobDirectory(moved, { seed: 1 }));
    const resumed = await again.resume();
    expect(resumed).toEqual({ ...set, tensors: { ...set.tensors, path: again.tensorPath } });
    expect(existsSync(again.tensorPath)).toBe(true);
    expect(Buffer.from((await again.checkpoint('vade').load())!).toString()).toBe('second');
    // Another training has its own.
    expect(await new TrainingJob(jobDirectory(moved, { seed: 2 })).resume()).toBeNull();
    await again.remove();
    expect(readdirSync(moved)).toHaveLength(1);
    await new TrainingJob(jobDirectory(moved, { seed: 2 })).remove();
    expect(existsSync(moved)).toBe(false);
  });

  it('begins anew when the events can not be read', async () => {
    const job = new TrainingJob(jobDirectory(directory, { seed: 3 }));
    await job.resume();
    writeFileSync(join(job.directory, 'events.bin'), 'no events');
    expect(await job.resume()).toBeNull();
  });
});
