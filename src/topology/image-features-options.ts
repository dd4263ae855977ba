import { z } from 'zod';
import type { ImageFeaturesOptions } from '../stages/image-features.js';
import { PREPROCESSINGS } from '../vision/encoders/preprocessing.js';
import { TILE_POOLINGS } from '../vision/encoders/tile-pooling.js';
import { IMAGE_LIMITS } from '../vision/image-limits.js';
import { deadLetter, integer, number, options, topicName } from './options.js';

const texture = options({
  type: z
    .literal('texture')
    .describe('Local binary patterns, oriented gradients and co-occurrence of greys: needs no weights.'),
  workers: z
    .union([z.literal('auto'), integer(1, 64)])
    .default('auto')
    .describe('Threads that compute; `auto` is one less than the cores, at least one.'),
});

const layer = z
  .string()
  .min(1)
  .nullable()
  .default(null)
  .describe(
    'The layer whose output is taken, averaged over the picture; `null`: the last one without the top.',
  );

/** A network of Keras, whose weights are a file of Keras's. */
function keras<T extends string>(type: T, about: string) {
  return options({
    type: z.literal(type).describe(about),
    weights: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe("Keras's file of weights (.h5); `null`: it is fetched once, checked, and kept."),
    layer,
  });
}

/** What makes features of pictures. */
const encoderOptions = z.discriminatedUnion('type', [
  texture,
  keras('vgg16', 'VGG16, trained on ImageNet: 512 numbers a picture, or 4,096 of the layer `fc2`.'),
  keras('resnet50', 'ResNet50, trained on ImageNet: 2,048 numbers a picture.'),
  keras('inceptionv3', 'InceptionV3, trained on ImageNet: 2,048 numbers a picture.'),
  keras(
    'efficientnetb7',
    'EfficientNetB7, trained on ImageNet: 2,560 numbers a picture, and slow without a GPU.',
  ),
  options({
    type: z.literal('tfjs').describe('Any network in the format of TensorFlow.js.'),
    path: z.string().min(1).describe('Its `model.json`, the weights beside it.'),
    layer,
    preprocess: z
      .enum(PREPROCESSINGS)
      .default('tf')
      .describe(
        'What pixels are made of: `tf` -1 to 1, `unit` 0 to 1, `caffe` blue, green and red without their means over ImageNet, `none` 0 to 255.',
      ),
    size_px: integer(1, 4096)
      .nullable()
      .default(null)
      .describe('Width and height that pictures are brought to; `null`: what the network says.'),
  }),
  options({
    type: z
      .literal('conv-sdae')
      .describe("A network that was trained on the plant's own pictures, by `plantsense train encoder`."),
    path: z.string().min(1).describe('Its directory.'),
  }),
]);

export const imageFeatures = options({
  type: z.literal('image_features').describe('Pictures in: the features that an encoder makes of each out.'),
  input: topicName.describe('Topic of pictures.'),
  outputs: options({
    features: topicName.describe('The feature vector of each picture.'),
    dead_letter: deadLetter,
  }).describe('Topics that it writes.'),
  encoder: encoderOptions
    .prefault({ type: 'texture' })
    .describe(
      'What makes features of pictures. Models learn the features of one encoder and take no others.',
    ),
  tiles: options({
    rows: integer(1, 64).default(1).describe('Parts that a picture is cut into from top to bottom.'),
    columns: integer(1, 64).default(1).describe('Parts from left to right.'),
    pool: z
      .enum(TILE_POOLINGS)
      .default('mean')
      .describe('What becomes of the features of the parts: their mean, or the largest of each number.'),
  })
    .prefault({})
    .describe('Long strips lose less in parts than squeezed into the square that a network takes.'),
  max_pixels: integer(1, 1_000_000_000)
    .default(IMAGE_LIMITS.maxPixels)
    .describe('Width × height: a larger picture is a dead letter, and is not decoded.'),
  batch_size: integer(2, 1024).default(16).describe('Pictures that are encoded at once.'),
  linger_ms: number(0, 60_000).default(50).describe('How long an incomplete batch waits for more.'),
});

/** The options of a stage as it takes them. */
export function imageFeaturesOf({
  encoder,
  tiles,
  ...rest
}: z.output<typeof imageFeatures>): ImageFeaturesOptions {
  if (encoder.type !== 'texture') return { ...rest, encoder: { ...encoder, tiles }, workers: 1 };
  const { workers, ...texture } = encoder;
  return { ...rest, encoder: { ...texture, tiles }, workers };
}
