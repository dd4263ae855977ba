import * as tf from '../tf.js';

const SIDE = 32;
const CHANNELS = 32;
const KERNEL = 3;
const LEAST_RUNS = 3;
const LEAST_MILLIS = 250;
/** What takes longer than this for one image is not asked for a batch of eight. */
const SLOW_MILLIS = 100;

/**
 * Measures the open backend with a convolution as in training: forward, the gradient of its input, the gradient of its
 * filter. Takes half a second, some seconds in plain JavaScript.
 *
 * @param now a clock in milliseconds
 * @returns 10^9 floating-point operations a second, a multiplication and an addition counted as two; null when the
 *   backend can't train a convolution
 */
export function measureGflops(now: () => number = () => performance.now()): number | null {
  if (tf.getKernel(tf.Conv2DBackpropFilter, tf.getBackend()) === undefined) return null;
  const single = secondsOf(1, 1, now);
  const batch = single * 1000 > SLOW_MILLIS ? 1 : 8;
  const seconds = batch === 1 ? single : secondsOf(batch, LEAST_RUNS, now);
  return (3 * 2 * batch * SIDE ** 2 * CHANNELS ** 2 * KERNEL ** 2) / seconds / 1e9;
}

/** Mean time of one pass after a first one. */
function secondsOf(batch: number, leastRuns: number, now: () => number): number {
  const x = tf.randomNormal<tf.Rank.R4>([batch, SIDE, SIDE, CHANNELS], 0, 1, 'float32', 1);
  const filter = tf.randomNormal<tf.Rank.R4>([KERNEL, KERNEL, CHANNELS, CHANNELS], 0, 0.1, 'float32', 2);
  const gradients = tf.grads((...[a, b]: tf.Tensor[]) =>
    tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same').sum(),
  );
  // Reading the result waits for it.
  const run = () => tf.tidy(() => gradients([x, filter]).map(gradient => gradient.sum().dataSync()));
  try {
    if (leastRuns > 1) run();
    const start = now();
    let runs = 0;
    while (runs < leastRuns || (leastRuns > 1 && now() - start < LEAST_MILLIS)) {
      run();
      runs += 1;
    }
    return (now() - start) / runs / 1000;
  } finally {
    tf.dispose([x, filter]);
  }
}
