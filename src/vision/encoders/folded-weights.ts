import type { Layer } from './layer-graph.js';
import { type ReadWeights, weightShapes } from './layer-weights.js';
import type { Step } from './network-plan.js';

/**
 * Weights of a step: the layer's own; of a batch normalisation a factor and a sum for each channel, which is what it is
 * with the moving averages; those of a convolution that such a one is folded into, its kernel and its bias.
 */
export function stepWeights({ computed, norm }: Step, read: ReadWeights): readonly Float32Array[] {
  if (computed.operation.type === 'batch-normalization') {
    const { factors, sums } = factorsAndSums(computed, read);
    return [factors, sums].map(values => Float32Array.from(values));
  }
  const weights = weightShapes(computed).length > 0 ? read(computed) : [];
  if (norm === null) return weights;
  const [kernel, bias] = weights as [Float32Array, Float32Array?];
  const { factors, sums } = factorsAndSums(norm, read);
  return [
    timesFactors(kernel, factors),
    Float32Array.from(sums, (sum, channel) => sum + (bias?.[channel] ?? 0) * factors[channel]!),
  ];
}

/** Shapes of {@link stepWeights}. */
export function stepShapes({ computed, norm }: Step): readonly (readonly number[])[] {
  const channels = [computed.shape.at(-1)!];
  if (computed.operation.type === 'batch-normalization') return [channels, channels];
  return norm === null ? weightShapes(computed) : [weightShapes(computed)[0]!, channels];
}

function factorsAndSums(norm: Layer, read: ReadWeights): { factors: Float64Array; sums: Float64Array } {
  const { operation } = norm;
  if (operation.type !== 'batch-normalization') throw new Error(`${norm.name} is no batch normalisation`);
  const statistics = read(norm);
  const [scale, offset, mean, variance] = operation.hasScale ? statistics : [null, ...statistics];
  const factors = Float64Array.from(
    variance!,
    (value, channel) => (scale?.[channel] ?? 1) / Math.sqrt(value + operation.epsilon),
  );
  return { factors, sums: factors.map((factor, channel) => offset![channel]! - mean![channel]! * factor) };
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
