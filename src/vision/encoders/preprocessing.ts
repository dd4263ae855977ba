/**
 * What a network takes for a pixel of 0 to 255.
 *
 * - `tf`: -1 to 1
 * - `caffe`: blue, green, red, less ImageNet's mean of each
 * - `unit`: 0 to 1
 * - `none`: 0 to 255
 *
 * Source: `preprocess_input` of Keras applications, keras/src/applications/imagenet_utils.py.
 */
export const PREPROCESSINGS = ['tf', 'caffe', 'unit', 'none'] as const;
export type Preprocessing = (typeof PREPROCESSINGS)[number];

interface Steps {
  /** Which channel of the picture becomes each channel. */
  readonly order: readonly [number, number, number];
  readonly divisor: number;
  /** Subtracted last. */
  readonly means: readonly [number, number, number];
}

const RGB = [0, 1, 2] as const;
const NO_MEANS = [0, 0, 0] as const;

/** Each of them in steps: channels are put in order, divided, and a mean is subtracted. */
export const PREPROCESSING_STEPS: Readonly<Record<Preprocessing, Steps>> = {
  caffe: { order: [2, 1, 0], divisor: 1, means: [103.939, 116.779, 123.68] },
  tf: { order: RGB, divisor: 127.5, means: [1, 1, 1] },
  unit: { order: RGB, divisor: 255, means: NO_MEANS },
  none: { order: RGB, divisor: 1, means: NO_MEANS },
};
