import type { Preprocessing } from '../../vision/encoders/preprocessing.js';
import type { TilePooling } from '../../vision/encoders/tile-pooling.js';
import type { TileGrid } from '../../vision/tiles.js';

/** Encoders of Keras applications that are built in. */
export type KerasEncoderName = 'vgg16' | 'resnet50' | 'inceptionv3' | 'efficientnetb7';

export interface KerasEncoderOptions {
  readonly type: KerasEncoderName;
  /** HDF5 file as Keras writes it; null for the published ImageNet weights, which are fetched once. */
  readonly weights: string | null;
  /** Keras's name of the layer whose outputs are the features; null for the last one before the classifier. */
  readonly layer: string | null;
}

export interface TfjsEncoderOptions {
  readonly type: 'tfjs';
  /** A `model.json` of a layers model, or the folder that it is in. */
  readonly path: string;
  /** Null for the model's output. */
  readonly layer: string | null;
  readonly preprocess: Preprocessing;
  /** Height and width of what the model takes, in pixels; null for what the model says. */
  readonly sizePx: number | null;
}

/** Which encoder makes features of pictures, and of which parts of them. */
export type EncoderOptions = (
  | { readonly type: 'texture' }
  | KerasEncoderOptions
  | TfjsEncoderOptions
  | { readonly type: 'conv-sdae'; readonly path: string }
) & {
  /** Cuts each picture into tiles and pools their features; by default it stays whole. */
  readonly tiles?: TileGrid & { readonly pool: TilePooling };
};
