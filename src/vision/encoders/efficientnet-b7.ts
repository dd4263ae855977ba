import { GraphBuilder } from './graph-builder.js';
import type { Layer, LayerGraph } from './layer-graph.js';

interface Stage {
  readonly kernel: number;
  readonly repeats: number;
  readonly filters: number;
  readonly expansion: number;
  /** Of its first block. */
  readonly strides: number;
}

/** Of EfficientNetB0, which the coefficients scale. */
const STAGES: readonly Stage[] = [
  { kernel: 3, repeats: 1, filters: 16, expansion: 1, strides: 1 },
  { kernel: 3, repeats: 2, filters: 24, expansion: 6, strides: 2 },
  { kernel: 5, repeats: 2, filters: 40, expansion: 6, strides: 2 },
  { kernel: 3, repeats: 3, filters: 80, expansion: 6, strides: 2 },
  { kernel: 5, repeats: 3, filters: 112, expansion: 6, strides: 1 },
  { kernel: 5, repeats: 4, filters: 192, expansion: 6, strides: 2 },
  { kernel: 3, repeats: 1, filters: 320, expansion: 6, strides: 1 },
];
const STEM_FILTERS = 32;
const TOP_FILTERS = 1280;
const WIDTH_COEFFICIENT = 2;
const DEPTH_COEFFICIENT = 3.1;
const DEPTH_DIVISOR = 8;
const SQUEEZE_RATIO = 0.25;

/** Standard deviations of ImageNet's channels, of values 0 to 1. */
const IMAGENET_DEVIATIONS = [0.229, 0.224, 0.225];

/** Which weights the network is for. */
export interface EfficientNetOptions {
  /**
   * The published weights hold standard deviations where variances belong, so Keras divides once more by their square
   * root, for these weights and no others.
   */
  readonly isPublished: boolean;
}

/**
 * EfficientNetB7 as in Keras applications: inverted residual blocks with squeeze and excitation. Takes pixels of 0 to
 * 255, which its first layers normalise.
 *
 * Source: Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019.
 */
export function efficientNetB7(size: number, { isPublished }: EfficientNetOptions): LayerGraph {
  const build = new GraphBuilder();
  let x = build.add('rescaling', [build.input(size)], { type: 'rescaling', factors: [1 / 255] });
  x = build.add('normalization', [x], { type: 'normalization' });
  if (isPublished) {
    const factors = IMAGENET_DEVIATIONS.map(deviation => 1 / Math.sqrt(deviation));
    x = build.add('rescaling_1', [x], { type: 'rescaling', factors });
  }
  x = halvingPad(build, x, 3, 'stem_conv_pad');
  x = build.convolution(x, scaledFilters(STEM_FILTERS), 3, {
    name: 'stem_conv',
    strides: 2,
    padding: 'valid',
    hasBias: false,
  });
  x = build.batchNormalization(x, { name: 'stem_bn' });
  x = build.activation(x, 'swish', 'stem_activation');
  let isFirst = true;
  STAGES.forEach((stage, i) => {
    const repeats = Math.ceil(DEPTH_COEFFICIENT * stage.repeats);
    for (let j = 0; j < repeats; j++) {
      const name = `block${i + 1}${String.fromCharCode(97 + j)}_`;
      x = block(build, x, name, { ...stage, strides: j === 0 ? stage.strides : 1 }, isFirst);
      isFirst = false;
    }
  });
  x = build.convolution(x, scaledFilters(TOP_FILTERS), 1, { name: 'top_conv', hasBias: false });
  x = build.batchNormalization(x, { name: 'top_bn' });
  x = build.activation(x, 'swish', 'top_activation');
  build.add('avg_pool', [x], { type: 'global-average-pooling' });
  return build.graph;
}

/** An inverted residual block. @param isFirst of the network: its drop rate is 0, and it has no such layer */
function block(build: GraphBuilder, input: Layer, name: string, stage: Stage, isFirst: boolean): Layer {
  const { kernel, expansion, strides } = stage;
  const filtersIn = input.shape[2]!;
  const filters = filtersIn * expansion;
  const filtersOut = scaledFilters(stage.filters);
  let x = input;
  if (expansion !== 1) {
    x = build.convolution(x, filters, 1, { name: `${name}expand_conv`, hasBias: false });
    x = build.batchNormalization(x, { name: `${name}expand_bn` });
    x = build.activation(x, 'swish', `${name}expand_activation`);
  }
  if (strides === 2) x = halvingPad(build, x, kernel, `${name}dwconv_pad`);
  x = build.add(`${name}dwconv`, [x], {
    type: 'depthwise-convolution',
    kernel: [kernel, kernel],
    strides,
    padding: strides === 2 ? 'valid' : 'same',
  });
  x = build.batchNormalization(x, { name: `${name}bn` });
  x = build.activation(x, 'swish', `${name}activation`);
  x = build.add(`${name}se_excite`, [x, excitation(build, x, name, filtersIn)], { type: 'multiply' });
  x = build.convolution(x, filtersOut, 1, { name: `${name}project_conv`, hasBias: false });
  x = build.batchNormalization(x, { name: `${name}project_bn` });
  if (strides !== 1 || filtersIn !== filtersOut) return x;
  if (!isFirst) x = build.add(`${name}drop`, [x], { type: 'dropout' });
  return build.add(`${name}add`, [x, input], { type: 'add' });
}

/** How much of each channel is let through. @param filtersIn of the block */
function excitation(build: GraphBuilder, input: Layer, name: string, filtersIn: number): Layer {
  const squeezed = Math.max(1, Math.floor(filtersIn * SQUEEZE_RATIO));
  let x = build.add(`${name}se_squeeze`, [input], { type: 'global-average-pooling' });
  x = build.add(`${name}se_reshape`, [x], { type: 'reshape' });
  x = build.convolution(x, squeezed, 1, { name: `${name}se_reduce`, activation: 'swish' });
  return build.convolution(x, input.shape[2]!, 1, { name: `${name}se_expand`, activation: 'sigmoid' });
}

/** Zeros for a convolution that halves: one fewer before where the size is even, as `same` would. */
function halvingPad(build: GraphBuilder, x: Layer, kernel: number, name: string): Layer {
  const after = Math.floor(kernel / 2);
  return build.add(name, [x], { type: 'zero-padding', before: after - (1 - (x.shape[0]! % 2)), after });
}

/** Filters for the width, a multiple of the divisor that is at most 10 % fewer. */
function scaledFilters(filters: number): number {
  const wanted = filters * WIDTH_COEFFICIENT;
  const rounded = Math.max(
    DEPTH_DIVISOR,
    Math.floor((wanted + DEPTH_DIVISOR / 2) / DEPTH_DIVISOR) * DEPTH_DIVISOR,
  );
  return rounded < 0.9 * wanted ? rounded + DEPTH_DIVISOR : rounded;
}
