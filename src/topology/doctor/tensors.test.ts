import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../../errors.js';
import type { TensorBackend } from '../../nn/backend/open-backend.js';
import { tensorsCheck, tensorsFinding } from './tensors.js';

describe("the doctor's look at tensors", () => {
  it('opens the backend and measures it', async () => {
    const { status, detail } = await tensorsCheck(() => {});
    expect(status).toBe('ok');
    expect(detail).toMatch(/^TensorFlow 2\.\d+\.\d+ on the (CPU|GPU), .*: \d+\S* GFLOP\/s in training$/);
  }, 300_000);

  it('says what a lesser backend costs, why it is there, and what to do', () => {
    const cause = new PlantsenseError('COMPILER_MISSING', 'There is neither g++ nor clang++.');
    const backend: TensorBackend = {
      kind: 'wasm',
      device: 'cpu',
      versions: { tfjs: '4.22.0', tensorflow: null },
      threads: 1,
      fallback: { causes: [cause], cost: 'it computes slower' },
    };
    expect(tensorsFinding(backend, null, false)).toEqual({
      name: 'tensors',
      status: 'warning',
      detail:
        'WebAssembly on the CPU, one thread, TensorFlow.js 4.22.0: cannot train a convolution. It is not TensorFlow, so it computes slower: COMPILER_MISSING: There is neither g++ nor clang++.',
      action: cause.action,
    });
  });

  it('misses a GPU that was asked for', () => {
    const backend: TensorBackend = {
      kind: 'native',
      device: 'cpu',
      versions: { tfjs: '4.22.0', tensorflow: '2.18.1' },
      threads: 8,
      fallback: null,
    };
    expect(tensorsFinding(backend, 123.4, true)).toMatchObject({
      status: 'warning',
      detail: expect.stringMatching(/8 threads, .*: 120 GFLOP\/s in training\. .*finds none/),
      action: expect.stringContaining('nvidia-smi'),
    });
    expect(tensorsFinding({ ...backend, device: 'gpu' }, 9e3, true).status).toBe('ok');
  });
});
