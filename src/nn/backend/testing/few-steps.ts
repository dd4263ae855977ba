import * as tf from '../../tf.js';

export interface FewSteps {
  readonly firstLoss: number;
  readonly lastLoss: number;
  /** Tensors that the steps left behind. */
  readonly leaked: number;
  readonly backend: string;
}

/** Trains a tiny convolution network to give the mean of its input, on the open backend. */
export function trainFewSteps(steps = 20): FewSteps {
  const before = tf.memory().numTensors;
  const network = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [8, 8, 1],
        filters: 4,
        kernelSize: 3,
        activation: 'relu',
        name: 'conv',
      }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 1 }),
    ],
  });
  const optimizer = tf.train.sgd(0.05);
  const x = tf.randomNormal([16, 8, 8, 1], 0, 1, 'float32', 5);
  const y = x.mean([1, 2]);
  const losses = Array.from({ length: steps }, () => {
    const cost = optimizer.minimize(
      () => tf.losses.meanSquaredError(y, network.apply(x) as tf.Tensor) as tf.Scalar,
      true,
    )!;
    const loss = cost.dataSync()[0]!;
    cost.dispose();
    return loss;
  });
  tf.dispose([x, y]);
  network.dispose();
  optimizer.dispose();
  return {
    firstLoss: losses[0]!,
    lastLoss: losses.at(-1)!,
    leaked: tf.memory().numTensors - before,
    backend: tf.getBackend(),
  };
}
