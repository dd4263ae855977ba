import * as tf from '../../nn/tf.js';
import { type Compute, computeStep } from './compute-step.js';
import { stepWeights } from './folded-weights.js';
import type { Layer, LayerGraph } from './layer-graph.js';
import type { ReadWeights } from './layer-weights.js';
import { planNetwork, type Step } from './network-plan.js';

/**
 * A trained network from its input to one of its layers, for answers only. Batch normalisations are folded into the
 * convolutions before them, and each output is freed as soon as nothing needs it any more. Its weights live until
 * {@link dispose}.
 */
export class LayerNetwork {
  readonly #input: Layer;
  readonly #output: Layer;
  readonly #steps: readonly (Step & { readonly run: Compute })[];
  readonly #weights: tf.Tensor[] = [];

  /** @param read gives the weights of a layer that is needed, once for each */
  constructor(graph: LayerGraph, output: Layer, read: ReadWeights) {
    this.#input = graph[0]!;
    this.#output = output;
    this.#steps = planNetwork(graph, output).map(step => {
      const { run, weights } = computeStep(step, stepWeights(step, read));
      this.#weights.push(...weights);
      return { ...step, run };
    });
  }

  /** Outputs of the layer for a batch, `[batch, ...shape]`. What it makes on the way is freed. */
  apply(x: tf.Tensor4D): tf.Tensor {
    const outputs = new Map<Layer, tf.Tensor>([[this.#input, x]]);
    for (const { layer, inputs, run, lastUses } of this.#steps) {
      outputs.set(
        layer,
        tf.tidy(() => run(inputs.map(input => outputs.get(input)!))),
      );
      for (const input of lastUses) outputs.get(input)!.dispose();
    }
    return outputs.get(this.#output)!;
  }

  dispose(): void {
    tf.dispose(this.#weights);
  }
}
