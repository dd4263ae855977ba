import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import { klDivergence, targetDistribution } from '../target-distribution.js';
import { GOLDENS, gradientError, largestError } from '../testing/goldens.js';
import * as tf from '../tf.js';
import { logSoftAssignment } from './soft-assignment.js';

beforeAll(() => openBackend(), 180_000);

describe.each(GOLDENS.dec)('DEC with alpha $alpha', ({ z, centroids, alpha, q, p, kl }) => {
  it('gives the soft assignments, targets and divergence of the paper', () => {
    tf.tidy(() => {
      const logQ = logSoftAssignment(tf.tensor2d(z), tf.tensor2d(centroids), alpha);
      expect(largestError(tf.exp(logQ), q.flat())).toBeLessThan(1e-6);
      const soft: tf.Tensor2D = tf.exp(logQ);
      const target = targetDistribution(soft, tf.sum(soft, 0));
      expect(largestError(target, p.flat())).toBeLessThan(1e-6);
      expect(largestError(klDivergence(target, logQ), [kl])).toBeLessThan(1e-6);
    });
  });

  it('has the gradients of finite differences', () => {
    const divergence = (latents: tf.Tensor, centers: tf.Tensor) =>
      klDivergence(tf.tensor2d(p), logSoftAssignment(latents as tf.Tensor2D, centers as tf.Tensor2D, alpha));
    expect(gradientError(divergence, [tf.tensor2d(z), tf.tensor2d(centroids)])).toBeLessThan(2e-3);
  });
});

describe('targetDistribution', () => {
  it('stays finite where a group has no row and where a row is sure', () => {
    tf.tidy(() => {
      const q = tf.tensor2d([
        [1, 0, 0],
        [0.5, 0.5, 0],
      ]);
      const target = targetDistribution(q, tf.sum(q, 0));
      expect(largestError(target, [1, 0, 0, 0.25, 0.75, 0])).toBeLessThan(1e-6);
      const divergence = klDivergence(target, tf.log(tf.maximum(q, 1e-30)) as tf.Tensor2D).dataSync()[0]!;
      expect(divergence).toBeCloseTo((0.25 * Math.log(0.5) + 0.75 * Math.log(1.5)) / 2, 5);
    });
  });

  it('is the same for latents so far away that their kernel vanishes', () => {
    tf.tidy(() => {
      const logQ = logSoftAssignment(
        tf.tensor2d([[1e12, 0]]),
        tf.tensor2d([
          [0, 0],
          [1, 0],
        ]),
        1,
      );
      expect([...logQ.dataSync()].every(Number.isFinite)).toBe(true);
    });
  });
});
