import { GraphBuilder } from './graph-builder.js';
import type { Layer, LayerGraph } from './layer-graph.js';

interface Stack {
  readonly name: string;
  /** Of a block's first two convolutions; its third has four times as many. */
  readonly filters: number;
  readonly blocks: number;
  /** Of its first block. */
  readonly strides: number;
}

const STACKS: readonly Stack[] = [
  { name: 'conv2', filters: 64, blocks: 3, strides: 1 },
  { name: 'conv3', filters: 128, blocks: 4, strides: 2 },
  { name: 'conv4', filters: 256, blocks: 6, strides: 2 },
  { name: 'conv5', filters: 512, blocks: 3, strides: 2 },
];
const EPSILON = 1.001e-5;

/**
 * ResNet50, version 1, as in Keras applications: a block's stride is that of its first 1 x 1 convolution, and convolutions
 * have a bias.
 *
 * Source: He et al., "Deep Residual Learning for Image Recognition", 2016.
 */
export function resnet50(size: number): LayerGraph {
  const build = new GraphBuilder();
  let x = build.input(size);
  x = build.add('conv1_pad', [x], { type: 'zero-padding', before: 3, after: 3 });
  x = build.convolution(x, 64, 7, { name: 'conv1_conv', strides: 2, padding: 'valid' });
  x = build.batchNormalization(x, { name: 'conv1_bn', epsilon: EPSILON });
  x = build.activation(x, 'relu', 'conv1_relu');
  x = build.add('pool1_pad', [x], { type: 'zero-padding', before: 1, after: 1 });
  x = build.maxPooling(x, 3, 2, { name: 'pool1_pool' });
  for (const { name, filters, blocks, strides } of STACKS)
    for (let i = 1; i <= blocks; i++)
      x = block(build, x, `${name}_block${i}`, filters, i === 1 ? strides : null);
  build.add('avg_pool', [x], { type: 'global-average-pooling' });
  return build.graph;
}

/** A bottleneck block. @param strides null where the input itself is added, and not a convolution of it */
function block(
  build: GraphBuilder,
  input: Layer,
  name: string,
  filters: number,
  strides: number | null,
): Layer {
  const normalised = (x: Layer, part: number, filters: number, kernel: number, strides: number) => {
    const convolved = build.convolution(x, filters, kernel, { name: `${name}_${part}_conv`, strides });
    return build.batchNormalization(convolved, { name: `${name}_${part}_bn`, epsilon: EPSILON });
  };
  const shortcut = strides === null ? input : normalised(input, 0, 4 * filters, 1, strides);
  let x = normalised(input, 1, filters, 1, strides ?? 1);
  x = build.activation(x, 'relu', `${name}_1_relu`);
  x = normalised(x, 2, filters, 3, 1);
  x = build.activation(x, 'relu', `${name}_2_relu`);
  x = normalised(x, 3, 4 * filters, 1, 1);
  x = build.add(`${name}_add`, [shortcut, x], { type: 'add' });
  return build.activation(x, 'relu', `${name}_out`);
}
