import { GraphBuilder } from './graph-builder.js';
import type { LayerGraph } from './layer-graph.js';

/** Filters of each block's convolutions. */
const BLOCKS = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
];
const DENSE_UNITS = 4096;

/**
 * VGG16 as in Keras applications: thirteen 3 x 3 convolutions in five blocks, three dense layers.
 *
 * Source: Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2015.
 */
export function vgg16(size: number): LayerGraph {
  const build = new GraphBuilder();
  let x = build.input(size);
  BLOCKS.forEach((convolutions, i) => {
    const block = `block${i + 1}`;
    convolutions.forEach((filters, j) => {
      x = build.convolution(x, filters, 3, { name: `${block}_conv${j + 1}`, activation: 'relu' });
    });
    x = build.maxPooling(x, 2, 2, { name: `${block}_pool` });
  });
  x = build.add('flatten', [x], { type: 'flatten' });
  for (const name of ['fc1', 'fc2'])
    x = build.add(name, [x], { type: 'dense', units: DENSE_UNITS, activation: 'relu' });
  return build.graph;
}
