import { describe, expect, it } from 'vitest';
import { efficientNetB7 } from './efficientnet-b7.js';
import { inceptionV3 } from './inception-v3.js';
import { kerasOrder } from './keras-order.js';
import type { LayerGraph } from './layer-graph.js';
import { weightedLayers, weightShapes } from './layer-weights.js';
import { resnet50 } from './resnet50.js';
import { vgg16 } from './vgg16.js';

function parameters(graph: LayerGraph): number {
  const sizes = weightedLayers(graph).flatMap(layer => weightShapes(layer));
  return sizes.reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

const shapeOf = (graph: LayerGraph, name: string) => graph.find(layer => layer.name === name)?.shape;

describe('architectures of Keras applications', () => {
  // `count_params()` of Keras 3.12: without a top, VGG16's with fc1 and fc2.
  it.each([
    ['VGG16', vgg16(224), 134_260_544],
    ['ResNet50', resnet50(224), 23_587_712],
    ['InceptionV3', inceptionV3(299), 21_802_784],
    ['EfficientNetB7', efficientNetB7(600, { isPublished: false }), 64_097_687],
  ] as const)('have as many weights as there: %s', (_, graph, count) => {
    expect(parameters(graph)).toBe(count);
  });

  it('have the sizes that the papers give', () => {
    expect(shapeOf(vgg16(224), 'block5_pool')).toEqual([7, 7, 512]);
    expect(shapeOf(vgg16(224), 'fc2')).toEqual([4096]);
    expect(shapeOf(resnet50(224), 'conv5_block3_out')).toEqual([7, 7, 2048]);
    expect(shapeOf(inceptionV3(299), 'mixed0')).toEqual([35, 35, 256]);
    expect(shapeOf(inceptionV3(299), 'mixed3')).toEqual([17, 17, 768]);
    expect(shapeOf(inceptionV3(299), 'mixed10')).toEqual([8, 8, 2048]);
    expect(shapeOf(efficientNetB7(600, { isPublished: false }), 'top_activation')).toEqual([19, 19, 2560]);
  });

  it("list their layers as Keras does, by depth: a weight file's order", () => {
    const resnet = kerasOrder(resnet50(224)).map(layer => layer.name);
    const shortcut = resnet.indexOf('conv2_block1_0_conv');
    expect(resnet.slice(shortcut - 1, shortcut + 4)).toEqual([
      'conv2_block1_2_relu',
      'conv2_block1_0_conv',
      'conv2_block1_3_conv',
      'conv2_block1_0_bn',
      'conv2_block1_3_bn',
    ]);
    // `model.layers` of Keras 3.12, from the second pooling on.
    const inception = kerasOrder(inceptionV3(299)).map(layer => layer.name);
    const first = inception.indexOf('max_pooling2d_1');
    expect(inception.slice(first, first + 14)).toEqual([
      'max_pooling2d_1',
      'conv2d_8',
      'batch_normalization_8',
      'activation_8',
      'conv2d_6',
      'conv2d_9',
      'batch_normalization_6',
      'batch_normalization_9',
      'activation_6',
      'activation_9',
      'average_pooling2d',
      'conv2d_5',
      'conv2d_7',
      'conv2d_10',
    ]);
  });

  it('rescale once more for the published weights of EfficientNet, and for no others', () => {
    const names = (isPublished: boolean) => efficientNetB7(600, { isPublished }).map(layer => layer.name);
    expect(names(true)).toContain('rescaling_1');
    expect(names(false)).not.toContain('rescaling_1');
    const factors = efficientNetB7(600, { isPublished: true })[3]!.operation;
    expect(factors).toEqual({
      type: 'rescaling',
      factors: [1 / Math.sqrt(0.229), 1 / Math.sqrt(0.224), 1 / Math.sqrt(0.225)],
    });
  });
});
