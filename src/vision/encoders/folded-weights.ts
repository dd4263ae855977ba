import { type ReadWeights, weightShapes } from './layer-weights.js';
import type { Step } from './network-plan.js';

/**
 * Weights of a step: the layer's own; or those of a convolution, its kernel and its bias, that a batch normalisation is
 * folded into: its factors into the kernel, its sums into the bias.
 */
export function stepWeights({ computed, norm }: Step, read: ReadWeights): readonly Float32Array[] {
  const weights = weightShapes(computed).length > 0 ? read(computed) : [];
  if (norm?.operation.type !== 'batch-normalization') return weights;
  const { hasScale, epsilon } = norm.operation;
  const statistics = read(norm);
  const [scale, offset, mean, variance] = hasScale ? statistics : [null, ...statistics];
  const [kernel, bias] = weights as [Float32Array, Float32Array?];
  const factors = Float64Array.from(
    variance!,
    (value, channel) => (scale?.[channel] ?? 1) / Math.sqrt(value + epsilon),
  );
  const sums = Float32Array.from(
    factors,
    (factor, channel) => ((bias?.[channel] ?? 0) - mean![channel]!) * factor + offset![channel]!,
  );
  return [timesFactors(kernel, factors), sums];
}

/** @param kernel in which the channels that come out run fastest; a depthwise kernel's do so too */
function timesFactors(kernel: Float32Array, factors: Float64Array): Float32Array {
  const product = new Float32Array(kernel.length);
  for (let i = 0, channel = 0; i < kernel.length; i++) {
    product[i] = kernel[i]! * factors[channel]!;
    if (++channel === factors.length) channel = 0;
  }
  return product;
}
