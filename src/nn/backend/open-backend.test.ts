import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { threadEntry } from '../../entry.js';
import * as tf from '../tf.js';
import { openBackend, type TensorBackend } from './open-backend.js';
import { measureGflops } from './speed-check.js';
import { type FewSteps, trainFewSteps } from './testing/few-steps.js';

const LONG_MS = 300_000;

describe('the native backend', () => {
  it('computes nothing before it is opened', () => {
    expect(() => tf.scalar(1)).toThrow('No backend');
  });

  it(
    'opens without being asked for, and once',
    async () => {
      const backend = await openBackend();
      expect(backend).toMatchObject({
        kind: 'native',
        versions: { tfjs: '4.22.0', tensorflow: '2.18.1' },
        fallback: null,
      });
      expect(await openBackend({ kind: 'cpu' })).toBe(backend);
      expect(tf.getBackend()).toBe('tensorflow');
    },
    LONG_MS,
  );

  it(
    'trains, here and in two worker threads at the same time',
    async () => {
      await openBackend();
      const [first, second] = [inWorker(), inWorker()];
      expectTrained(trainFewSteps());
      for (const { backend, steps } of [await first, await second]) {
        expect(backend.kind).toBe('native');
        expectTrained(steps);
      }
    },
    LONG_MS,
  );

  it('picks the largest values, which asks Node for functions that it has no more', async () => {
    await openBackend();
    expect([...tf.tidy(() => tf.topk([3, 9, 4], 2).values.dataSync())]).toEqual([9, 4]);
  });

  it('is measured', async () => {
    await openBackend();
    let millis = 0;
    // A clock whose every reading is 100 ms after the last.
    expect(measureGflops(() => (millis += 100))).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(0);
  });
});

function expectTrained({ firstLoss, lastLoss, leaked, backend }: FewSteps): void {
  expect(backend).toBe('tensorflow');
  expect(lastLoss).toBeLessThan(firstLoss);
  expect(leaked).toBe(0);
}

function inWorker(): Promise<{ readonly backend: TensorBackend; readonly steps: FewSteps }> {
  const { path, execArgv } = threadEntry(import.meta.url, './testing/few-steps.worker');
  return new Promise((resolve, reject) => {
    const worker = new Worker(path, { execArgv });
    worker.once('message', message => {
      resolve(message);
      void worker.terminate();
    });
    worker.once('error', reject);
  });
}
