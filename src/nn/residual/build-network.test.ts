import { beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../backend/open-backend.js';
import * as tf from '../tf.js';
import {
  checkArchitecture,
  RESIDUAL_WIDTH_NAMES,
  RESIDUAL_WIDTHS,
  type ResidualArchitecture,
  widthOf,
} from './architecture.js';
import { blockVariables } from './block-variables.js';
import { buildNetwork, drawWeights } from './build-network.js';
import { FoldedNetwork } from './folded-network.js';
import { TINY } from './testing/tiny.js';

beforeAll(() => openBackend(), 180_000);

/** Height, width and feature maps after each convolution of Table A1, from the segment to its reconstruction. */
const TABLE_A1 = [
  [512, 32, 64],
  [256, 32, 64],
  [128, 32, 96],
  [64, 32, 96],
  [32, 32, 128],
  [16, 16, 128],
  [8, 8, 160],
  [4, 4, 160],
  [2, 2, 192],
  [1, 1, 192],
  [2, 2, 192],
  [4, 4, 160],
  [8, 8, 160],
  [16, 16, 128],
  [32, 32, 128],
  [64, 32, 96],
  [128, 32, 96],
  [256, 32, 64],
  [512, 32, 64],
  [1024, 32, 1],
];
const KERNELS = [5, 5, 5, 5, 5, 4, 4, 4, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 5];

const isConvolution = (layer: tf.LayersModel['layers'][number]) => layer.getClassName().startsWith('Conv2D');
const trainableParameters = (network: tf.LayersModel) =>
  network.trainableWeights.reduce((sum, weight) => sum + weight.read().size, 0);

describe('buildNetwork', () => {
  it("has Table A1's layers, shape by shape, and 4,812,481 trainable parameters", () => {
    const network = buildNetwork(RESIDUAL_WIDTHS.paper);
    const convolutions = network.layers.filter(isConvolution);
    expect(network.inputs[0]!.shape).toEqual([null, 1024, 32, 1]);
    expect(convolutions.map(({ outputShape }) => outputShape.slice(1))).toEqual(TABLE_A1);
    const kernels = convolutions.map(layer => layer.weights[0]!.shape);
    const maps = [1, ...TABLE_A1.map(shape => shape[2])];
    expect(kernels).toEqual(
      KERNELS.map((size, i) => {
        const [from, to] = [maps[i], maps[i + 1]];
        return i < 10 ? [size, size, from, to] : [size, size, to, from];
      }),
    );
    expect(trainableParameters(network)).toBe(4_812_481);
    network.dispose();
  });

  it("normalises and rectifies after each layer but the encoder's and the decoder's last", () => {
    const network = buildNetwork(TINY);
    const kinds = network.layers.map(layer => layer.getClassName());
    const block = (kind: string) => [kind, 'BatchNormalization', 'ReLU'];
    const part = (kind: string) => [...block(kind), ...block(kind), kind];
    expect(kinds).toEqual(['InputLayer', ...part('Conv2D'), ...part('Conv2DTranspose')]);
    network.dispose();
  });

  it.each([
    ['small', 4, 302_641],
    ['tiny', 8, 76_281],
  ] as const)('has a %s width of the same layers with 1/%i of the maps', (name, divisor, parameters) => {
    const network = buildNetwork(RESIDUAL_WIDTHS[name]);
    const shapes = network.layers.filter(isConvolution).map(({ outputShape }) => outputShape.slice(1));
    const maps = (count: number) => Math.max(1, count / divisor);
    expect(shapes).toEqual(TABLE_A1.map(([height, width, count]) => [height, width, maps(count!)]));
    expect(trainableParameters(network)).toBe(parameters);
    network.dispose();
  });

  it('draws the first weights by Glorot and by the seed', () => {
    const drawn = (seed: number) => {
      const network = buildNetwork(TINY);
      drawWeights(network, TINY, seed);
      const values = network.getWeights().map(weight => Float32Array.from(weight.dataSync()));
      network.dispose();
      return values;
    };
    const weights = drawn(1);
    expect(drawn(1)).toEqual(weights);
    expect(drawn(2)).not.toEqual(weights);
    // Uniform within sqrt(6 / (fan in + fan out)), of 4 x 4 x 6 to 4 x 4 x 8.
    const second = weights[4]!;
    const limit = Math.sqrt(6 / (16 * (6 + 8)));
    const largest = second.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    expect(second.length).toBe(16 * 6 * 8);
    expect(largest).toBeLessThanOrEqual(limit);
    expect(largest).toBeGreaterThan(0.98 * limit);
  });

  it.each(RESIDUAL_WIDTH_NAMES)('reconstructs a segment with the width %s', width => {
    const architecture = RESIDUAL_WIDTHS[width];
    const network = buildNetwork(architecture);
    drawWeights(network, architecture, 3);
    const folded = new FoldedNetwork(blockVariables(network, architecture));
    tf.tidy(() => {
      const x = tf.randomNormal([2, 1024, 32, 1], 0, 1, 'float32', 1) as tf.Tensor4D;
      const y = folded.apply(x);
      expect(y.shape).toEqual(x.shape);
      const values = y.dataSync();
      expect(values.every(Number.isFinite)).toBe(true);
      expect(new Set(values).size).toBeGreaterThan(1000);
    });
    folded.dispose();
    network.dispose();
  });
});

describe('checkArchitecture', () => {
  it('knows the widths by their layers', () => {
    expect(widthOf(RESIDUAL_WIDTHS.paper)).toBe('paper');
    expect(widthOf(structuredClone(RESIDUAL_WIDTHS.small))).toBe('small');
    expect(widthOf(TINY)).toBeNull();
  });

  it.each<[string, Partial<ResidualArchitecture>]>([
    ['another shape than the decoder gives', { shape: [31, 8] }],
    ['no encoder', { encoder: [] }],
    ['no decoder', { decoder: [] }],
    ['two maps at the end', { decoder: TINY.decoder.map(layer => ({ ...layer, maps: 2 })) }],
    ['a kernel of 2.5', { encoder: TINY.encoder.map(layer => ({ ...layer, kernelSize: 2.5 })) }],
    ['a stride of 0', { encoder: TINY.encoder.map(layer => ({ ...layer, strides: [0, 1] as const })) }],
  ])('refuses %s', (_, change) => {
    expect(() => checkArchitecture({ ...TINY, ...change })).toThrow(
      expect.objectContaining({ code: 'PARAMETER_INVALID' }),
    );
  });
});
