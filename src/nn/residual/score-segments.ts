import { PlantsenseError } from '../../errors.js';
import { answerRows } from '../conv-sdae/padded-batches.js';
import * as tf from '../tf.js';
import type { RowSource } from '../training/row-source.js';

/**
 * Segments that go through the network at once. Always as many, the last one padded with zeros, so that a segment's
 * residual has the same bits whatever segments are beside it; never one, for which TensorFlow takes another path. Four would
 * take a tenth less time each, but a machine with a model of its own has one or two a second: it would pay for two or three
 * of padding.
 */
const BATCH = 2;

/** How badly segments were reconstructed. */
export interface Residuals {
  /** Mean squared error of each segment, `[segments]`. NaN or infinite where the segment's values are. */
  readonly residuals: Float32Array;
  /** Of each band of bins, from the lowest up, `[segments, bands]`. A segment's residual is their mean. */
  readonly bandResiduals: Float32Array;
  readonly bands: number;
}

/**
 * Residuals of segments. Only they leave the tensor backend, not the reconstructions. Lets others run between batches.
 *
 * @param source segments of the shape `[bins, columns]`
 * @param reconstruct `[batch, bins, columns, 1]` to the same shape
 * @param bands of equal height, must divide the bins
 * @throws PlantsenseError PARAMETER_INVALID
 */
export async function scoreSegments(
  source: RowSource,
  reconstruct: (x: tf.Tensor4D) => tf.Tensor4D,
  bands: number,
): Promise<Residuals> {
  const [bins = 0, columns = 0] = source.shape;
  if (!Number.isSafeInteger(bands) || bands < 1 || bins % bands !== 0)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The number of bands must divide ${bins} bins, which ${bands} does not.`,
    );
  const [residuals, bandResiduals] = await answerRows(
    source,
    rows => {
      const x = tf.reshape(rows, [BATCH, bins, columns, 1]) as tf.Tensor4D;
      const errors = tf.squaredDifference(reconstruct(x), x);
      const ofBins = tf.mean(tf.reshape(errors, [BATCH, bins, columns]), 2);
      return [tf.mean(ofBins, 1), tf.mean(tf.reshape(ofBins, [BATCH, bands, bins / bands]), 2)];
    },
    BATCH,
  );
  const none = new Float32Array(0);
  return { residuals: residuals ?? none, bandResiduals: bandResiduals ?? none, bands };
}
