import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import * as tf from '../tf.js';
import type { Block } from './architecture.js';
import { convolve } from './convolve.js';
import { subPixelConvolve, subPixelKernel } from './sub-pixel.js';

beforeAll(() => openBackend());

const side = fc.integer({ min: 1, max: 6 });
const few = fc.integer({ min: 1, max: 3 });

describe('a sub-pixel convolution', () => {
  it('gives what the transposed convolution gives, whatever kernel and strides', () => {
    fc.assert(
      fc.property(
        side,
        side,
        side,
        few,
        few,
        few,
        few,
        (height, width, kernelSize, down, across, inputs, maps) => {
          const block: Block = {
            ...{ kernelSize, strides: [down, across], maps },
            ...{ name: 'deconv', isTransposed: true, isNormalised: false },
          };
          tf.tidy(() => {
            const x = tf.randomNormal([2, height, width, inputs], 0, 1, 'float32', 1) as tf.Tensor4D;
            const shape: [number, number, number, number] = [kernelSize, kernelSize, maps, inputs];
            const kernel = tf.randomNormal<tf.Rank.R4>(shape, 0, 1, 'float32', 2);
            const transposed = convolve(x, kernel, block);
            const subPixel = subPixelConvolve(x, subPixelKernel(kernel, block.strides), block);
            expect(subPixel.shape).toEqual(transposed.shape);
            expect(tf.max(tf.abs(tf.sub(subPixel, transposed))).dataSync()[0]).toBeLessThan(1e-5);
          });
        },
      ),
    );
  });

  it('leaves one tensor behind, its kernel', () => {
    const kernel = tf.ones([5, 5, 1, 2]) as tf.Tensor4D;
    const before = tf.memory().numTensors;
    const made = subPixelKernel(kernel, [2, 1]);
    // Rows before, beside and after; each output is of one of two rows.
    expect(made.shape).toEqual([3, 5, 2, 2]);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([kernel, made]);
  });
});
