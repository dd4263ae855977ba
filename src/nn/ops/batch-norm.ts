import { type NativeBackend, nativeBackend, type OpAttribute } from '../backend/native-backend.js';
import * as tf from '../tf.js';

/** A normalised batch, and what it was normalised with. */
export interface BatchNorm<T extends tf.Tensor> {
  readonly y: T;
  /** Mean of each channel, [channels]. For moving averages: no gradient flows back through it. */
  readonly mean: tf.Tensor1D;
  /** Population variance of each channel, [channels], likewise. */
  readonly variance: tf.Tensor1D;
}

/** What the two forms below give, before the gradient is put on. */
interface Forward {
  readonly y: tf.Tensor4D;
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
  /** What the gradient needs beside x and scale. */
  readonly saved: readonly tf.Tensor[];
}

interface Form {
  forward(x: tf.Tensor4D, scale: tf.Tensor1D, offset: tf.Tensor1D, epsilon: number): Forward;
  /** Gradients for x, scale and offset. */
  backward(
    dy: tf.Tensor4D,
    x: tf.Tensor4D,
    scale: tf.Tensor1D,
    saved: readonly tf.Tensor[],
    epsilon: number,
  ): tf.Tensor[];
}

/**
 * Batch normalisation in training: (x - mean) / sqrt(variance + epsilon) * scale + offset, with the mean and variance of
 * each channel over all other axes. One operation of TensorFlow forward and one backward, where TensorFlow.js composes
 * the gradient of a dozen; ordinary operations on other backends. A gradient of its gradient is not defined.
 *
 * @param x [batch, height, width, channels] or [batch, channels]
 * @param scale gamma, [channels]
 * @param offset beta, [channels]
 * @param epsilon positive; Keras's 1e-3 by default
 *
 * Source: Ioffe, Szegedy, "Batch Normalization", 2015.
 */
export function batchNorm<T extends tf.Tensor2D | tf.Tensor4D>(
  x: T,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  epsilon = 1e-3,
): BatchNorm<T> {
  const native = nativeBackend();
  const form = native ? nativeForm(native) : composedForm;
  // `customGrad` wants one tensor from the function; the statistics go past it, and past the tidy inside it.
  let mean!: tf.Tensor1D;
  let variance!: tf.Tensor1D;
  const normalise = tf.customGrad((...args) => {
    const [x4, gamma, beta, save] = args as unknown as [
      tf.Tensor4D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.GradSaveFunc,
    ];
    const forward = form.forward(x4, gamma, beta, epsilon);
    mean = tf.keep(forward.mean);
    variance = tf.keep(forward.variance);
    save([x4, gamma, ...forward.saved]);
    return {
      value: forward.y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedX, savedScale, ...rest] = saved as [tf.Tensor4D, tf.Tensor1D, ...tf.Tensor[]];
        return form.backward(dy as tf.Tensor4D, savedX, savedScale, rest, epsilon);
      },
    };
  });
  const y = normalise(asImages(x), scale, offset).reshape(x.shape) as T;
  // What `keep` took out of every tidy goes back into the caller's.
  return { y, mean: released(mean), variance: released(variance) };
}

/** Batch normalisation with given statistics, as a trained network applies it. */
export function batchNormInference<T extends tf.Tensor2D | tf.Tensor4D>(
  x: T,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  epsilon = 1e-3,
): T {
  return tf.batchNorm(asImages(x), mean, variance, offset, scale, epsilon).reshape(x.shape) as T;
}

function nativeForm(native: NativeBackend): Form {
  return {
    forward(x, scale, offset, epsilon) {
      const none = tf.tensor1d([], 'float32');
      const outputs = native.executeMultipleOutputs(
        'FusedBatchNormV3',
        attributes(native, epsilon),
        [x, scale, offset, none, none],
        6,
      );
      const [y, mean, sampleVariance, ...saved] = outputs as [
        tf.Tensor4D,
        tf.Tensor1D,
        tf.Tensor1D,
        ...tf.Tensor[],
      ];
      // TensorFlow gives the sample variance, divided by n - 1.
      const n = x.size / scale.size;
      return { y, mean, variance: n > 1 ? sampleVariance.mul((n - 1) / n) : sampleVariance.clone(), saved };
    },
    backward(dy, x, scale, saved, epsilon) {
      const inputs = [dy, x, scale, ...saved];
      return native
        .executeMultipleOutputs('FusedBatchNormGradV3', attributes(native, epsilon), inputs, 5)
        .slice(0, 3);
    },
  };
}

function attributes({ binding }: NativeBackend, epsilon: number): OpAttribute[] {
  return [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: true },
  ];
}

/** The same of ordinary operations. Saved: the normalised x, and 1 / sqrt(variance + epsilon). */
const composedForm: Form = {
  forward(x, scale, offset, epsilon) {
    const { mean, variance } = tf.moments(x, [0, 1, 2]) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
    const inverse = variance.add(epsilon).rsqrt() as tf.Tensor1D;
    const normalised = x.sub(mean).mul(inverse);
    return {
      y: normalised.mul(scale).add(offset) as tf.Tensor4D,
      mean,
      variance,
      saved: [normalised, inverse],
    };
  },
  backward(dy, x, scale, saved) {
    const [normalised, inverse] = saved as [tf.Tensor4D, tf.Tensor1D];
    const dScale = dy.mul(normalised).sum([0, 1, 2]);
    const dOffset = dy.sum([0, 1, 2]);
    const n = x.size / scale.size;
    // The mean and the variance depend on x too, which takes the parts along 1 and along the normalised x away.
    const centred = dy.sub(dOffset.div(n)).sub(normalised.mul(dScale.div(n)));
    return [centred.mul(scale.mul(inverse)), dScale, dOffset];
  },
};

function asImages(x: tf.Tensor2D | tf.Tensor4D): tf.Tensor4D {
  return x.rank === 4 ? (x as tf.Tensor4D) : x.reshape([x.shape[0], 1, 1, x.shape[1]!]);
}

function released(kept: tf.Tensor1D): tf.Tensor1D {
  const free = kept.clone();
  kept.dispose();
  return free;
}
