import { GraphBuilder } from './graph-builder.js';
import type { Layer, LayerGraph, Padding } from './layer-graph.js';

/** A step of a branch: a normalised convolution with its ReLU, a pooling, or two convolutions side by side. */
type Step =
  | {
      readonly filters: number;
      readonly kernel: readonly [height: number, width: number];
      readonly strides: number;
      readonly padding: Padding;
    }
  | 'average'
  | 'reduce'
  | { readonly split: readonly [Step, Step]; readonly name?: string };

interface Mixed {
  readonly name: string;
  readonly branches: readonly (readonly Step[])[];
}

/** A convolution. @param width of the kernel, the height's where it is left out */
function c(filters: number, height = 1, width = height): Step {
  return { filters, kernel: [height, width], strides: 1, padding: 'same' };
}
/** A convolution that halves rows and columns. */
const half = (filters: number): Step => ({ filters, kernel: [3, 3], strides: 2, padding: 'valid' });
/** A convolution without padding. */
const bare = (filters: number, size: number): Step => ({
  filters,
  kernel: [size, size],
  strides: 1,
  padding: 'valid',
});

const STEM: readonly Step[] = [
  half(32),
  bare(32, 3),
  c(64, 3),
  'reduce',
  bare(80, 1),
  bare(192, 3),
  'reduce',
];

/** 35 x 35 at the native size. @param pooled filters of the pooling branch */
const wide = (pooled: number): Mixed['branches'] => [
  [c(64)],
  [c(48), c(64, 5)],
  [c(64), c(96, 3), c(96, 3)],
  ['average', c(pooled)],
];
/** 17 x 17, kernels of 7 in two parts. */
const middle = (f: number): Mixed['branches'] => [
  [c(192)],
  [c(f), c(f, 1, 7), c(192, 7, 1)],
  [c(f), c(f, 7, 1), c(f, 1, 7), c(f, 7, 1), c(192, 1, 7)],
  ['average', c(192)],
];
/** 8 x 8, the ends of two branches split. */
const narrow = (splitName: string): Mixed['branches'] => [
  [c(320)],
  [c(384), { split: [c(384, 1, 3), c(384, 3, 1)], name: splitName }],
  [c(448), c(384, 3), { split: [c(384, 1, 3), c(384, 3, 1)] }],
  ['average', c(192)],
];

const MIXED: readonly Mixed[] = [
  { name: 'mixed0', branches: wide(32) },
  { name: 'mixed1', branches: wide(64) },
  { name: 'mixed2', branches: wide(64) },
  { name: 'mixed3', branches: [[half(384)], [c(64), c(96, 3), half(96)], ['reduce']] },
  { name: 'mixed4', branches: middle(128) },
  { name: 'mixed5', branches: middle(160) },
  { name: 'mixed6', branches: middle(160) },
  { name: 'mixed7', branches: middle(192) },
  {
    name: 'mixed8',
    branches: [[c(192), half(320)], [c(192), c(192, 1, 7), c(192, 7, 1), half(192)], ['reduce']],
  },
  { name: 'mixed9', branches: narrow('mixed9_0') },
  { name: 'mixed10', branches: narrow('mixed9_1') },
];

/**
 * InceptionV3 as in Keras applications: convolutions without a bias, batch normalisation without a scale.
 *
 * Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016.
 */
export function inceptionV3(size: number): LayerGraph {
  const build = new GraphBuilder();
  let x = along(build, build.input(size), STEM);
  for (const { name, branches } of MIXED)
    x = build.concatenate(
      branches.map(branch => along(build, x, branch)),
      name,
    );
  build.add('avg_pool', [x], { type: 'global-average-pooling' });
  return build.graph;
}

function along(build: GraphBuilder, input: Layer, steps: readonly Step[]): Layer {
  return steps.reduce((x, step) => take(build, x, step), input);
}

function take(build: GraphBuilder, x: Layer, step: Step): Layer {
  if (step === 'average') return build.averagePooling(x, 3, 1, { padding: 'same' });
  if (step === 'reduce') return build.maxPooling(x, 3, 2);
  if ('split' in step)
    return build.concatenate(
      step.split.map(each => take(build, x, each)),
      step.name,
    );
  const { filters, kernel, strides, padding } = step;
  const convolved = build.convolution(x, filters, kernel, { strides, padding, hasBias: false });
  return build.activation(build.batchNormalization(convolved, { hasScale: false }), 'relu');
}
