import type { Layer, LayerGraph, Padding } from './layer-graph.js';

/** A step of a network: a layer, with those folded in that need no step of their own. */
export interface Step {
  /** The layer whose output the step gives. */
  readonly layer: Layer;
  readonly inputs: readonly Layer[];
  /** What is computed: the layer itself, or the convolution before a batch normalisation. */
  readonly computed: Layer;
  /** The batch normalisation that the convolution takes in, if any. */
  readonly norm: Layer | null;
  /** Of a convolution: the zeros of a layer before it can be its own. */
  readonly padding: Padding;
  /** Inputs that no later step needs. */
  readonly lastUses: readonly Layer[];
}

/** Steps from the input of a network to one of its layers, and none that it doesn't need. */
export function planNetwork(graph: LayerGraph, output: Layer): Step[] {
  const needed = ancestors(output);
  const layers = graph.filter(layer => needed.has(layer));
  const usesOf = (layer: Layer) => layers.filter(other => other.inputs.includes(layer));
  const folds = (layer: Layer, into: (next: Layer) => boolean) => {
    const uses = usesOf(layer);
    return layer !== output && uses.length === 1 && into(uses[0]!);
  };
  const absorbed = new Set(
    layers.filter(
      layer =>
        folds(layer, next => canTakeNorm(layer, next)) || folds(layer, next => isSamePadding(layer, next)),
    ),
  );
  const steps = layers
    .filter(({ operation }) => operation.type !== 'input')
    .filter(layer => !absorbed.has(layer))
    .map(layer => stepOf(layer, absorbed));
  return steps.map((step, i) => ({
    ...step,
    lastUses: step.inputs.filter(
      input => input !== graph[0] && !steps.slice(i + 1).some(later => later.inputs.includes(input)),
    ),
  }));
}

function stepOf(layer: Layer, absorbed: ReadonlySet<Layer>): Omit<Step, 'lastUses'> {
  const before = layer.inputs[0]!;
  const isNorm = layer.operation.type === 'batch-normalization' && absorbed.has(before);
  const computed = isNorm ? before : layer;
  const isPadded = absorbed.has(computed.inputs[0]!);
  const own = 'padding' in computed.operation ? computed.operation.padding : 'same';
  return {
    layer,
    computed,
    norm: isNorm ? layer : null,
    inputs: isPadded ? computed.inputs[0]!.inputs : computed.inputs,
    padding: isPadded ? 'same' : own,
  };
}

function ancestors(layer: Layer, found = new Set<Layer>()): Set<Layer> {
  if (!found.has(layer)) {
    found.add(layer);
    for (const input of layer.inputs) ancestors(input, found);
  }
  return found;
}

/** With the moving averages a batch normalisation is a factor and a sum, which a convolution can take in. */
function canTakeNorm({ operation }: Layer, next: Layer): boolean {
  if (next.operation.type !== 'batch-normalization') return false;
  return (
    operation.type === 'depthwise-convolution' ||
    (operation.type === 'convolution' && operation.activation === null)
  );
}

/** Whether a layer's zeros are those that `same` would give the convolution after it. */
function isSamePadding(layer: Layer, { operation: next }: Layer): boolean {
  if (layer.operation.type !== 'zero-padding') return false;
  if (next.type !== 'convolution' && next.type !== 'depthwise-convolution') return false;
  const { before, after } = layer.operation;
  const [height, width] = layer.inputs[0]!.shape as [number, number];
  return [height, width].every((size, axis) => {
    const steps = Math.ceil(size / next.strides) - 1;
    const total = Math.max(steps * next.strides + next.kernel[axis]! - size, 0);
    return before === Math.floor(total / 2) && after === Math.ceil(total / 2);
  });
}
