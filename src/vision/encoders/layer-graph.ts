/** Sizes of a layer's output without the batch: `[height, width, channels]`, or `[units]`. */
export type Shape = readonly number[];

export type Padding = 'same' | 'valid';
export type Activation = 'relu' | 'swish' | 'sigmoid';

/** What a layer computes, in Keras's words. */
export type Operation =
  | { readonly type: 'input' }
  | {
      readonly type: 'convolution';
      readonly filters: number;
      readonly kernel: readonly [height: number, width: number];
      readonly strides: number;
      readonly padding: Padding;
      readonly hasBias: boolean;
      readonly activation: Activation | null;
    }
  | {
      readonly type: 'depthwise-convolution';
      readonly kernel: readonly [height: number, width: number];
      readonly strides: number;
      readonly padding: Padding;
    }
  | { readonly type: 'batch-normalization'; readonly hasScale: boolean; readonly epsilon: number }
  | { readonly type: 'dense'; readonly units: number; readonly activation: Activation | null }
  | { readonly type: 'activation'; readonly activation: Activation }
  | {
      readonly type: 'max-pooling' | 'average-pooling';
      readonly size: number;
      readonly strides: number;
      readonly padding: Padding;
    }
  | { readonly type: 'global-average-pooling' }
  /** Zeros before and after the rows and the columns. */
  | { readonly type: 'zero-padding'; readonly before: number; readonly after: number }
  /** To `[1, 1, channels]`. */
  | { readonly type: 'reshape' }
  | { readonly type: 'flatten' }
  | { readonly type: 'add' | 'multiply' | 'concatenate' }
  /** Does nothing in a trained network. */
  | { readonly type: 'dropout' }
  /** Times a factor for each channel, or one for all. */
  | { readonly type: 'rescaling'; readonly factors: readonly number[] }
  /** Minus the mean, by the standard deviation, both from the weights. */
  | { readonly type: 'normalization' };

/** A normalisation divides by no less, as in Keras. */
export const SMALLEST_DEVIATION = 1e-7;

/** A layer and where its inputs come from. */
export interface Layer {
  /** Keras's. */
  readonly name: string;
  readonly operation: Operation;
  readonly inputs: readonly Layer[];
  readonly shape: Shape;
}

/** Layers of a network, each after its inputs; the first is the input, the last the output. */
export type LayerGraph = readonly Layer[];

/** Shape of what a layer gives. */
export function outputShape(operation: Operation, inputs: readonly Shape[]): Shape {
  const [height = 1, width = 1, channels = 1] = inputs[0]!;
  switch (operation.type) {
    case 'convolution':
      return [...slid([height, width], operation.kernel, operation), operation.filters];
    case 'depthwise-convolution':
      return [...slid([height, width], operation.kernel, operation), channels];
    case 'max-pooling':
    case 'average-pooling':
      return [...slid([height, width], [operation.size, operation.size], operation), channels];
    case 'zero-padding': {
      const added = operation.before + operation.after;
      return [height + added, width + added, channels];
    }
    case 'global-average-pooling':
      return [channels];
    case 'reshape':
      return [1, 1, height];
    case 'flatten':
      return [height * width * channels];
    case 'dense':
      return [operation.units];
    case 'concatenate':
      return [height, width, inputs.reduce((sum, shape) => sum + shape[2]!, 0)];
    default:
      return inputs[0]!;
  }
}

function slid(
  sizes: readonly [number, number],
  kernel: readonly [number, number],
  { strides, padding }: { readonly strides: number; readonly padding: Padding },
): number[] {
  return sizes.map((size, axis) =>
    Math.ceil((padding === 'same' ? size : size - kernel[axis]! + 1) / strides),
  );
}
