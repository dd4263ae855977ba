import {
  type Activation,
  type Layer,
  type LayerGraph,
  type Operation,
  outputShape,
  type Padding,
} from './layer-graph.js';

interface ConvolutionOptions {
  readonly name?: string;
  readonly strides?: number;
  readonly padding?: Padding;
  readonly hasBias?: boolean;
  readonly activation?: Activation;
}

interface BatchNormalizationOptions {
  readonly name?: string;
  readonly hasScale?: boolean;
  readonly epsilon?: number;
}

interface PoolingOptions {
  readonly name?: string;
  readonly padding?: Padding;
}

/**
 * Writes a network down layer by layer, as Keras's functional API does. A layer without a name gets Keras's automatic
 * one, which counts the layers of its class: `conv2d`, `conv2d_1`.
 */
export class GraphBuilder {
  readonly #layers: Layer[] = [];
  readonly #unnamed = new Map<string, number>();

  get graph(): LayerGraph {
    return this.#layers;
  }

  /** @param size height and width of pictures, in pixels */
  input(size: number): Layer {
    const layer = {
      name: 'input_layer',
      operation: { type: 'input' },
      inputs: [],
      shape: [size, size, 3],
    } as const;
    this.#layers.push(layer);
    return layer;
  }

  convolution(
    x: Layer,
    filters: number,
    kernel: number | readonly [number, number],
    options: ConvolutionOptions = {},
  ): Layer {
    const { name, strides = 1, padding = 'same', hasBias = true, activation = null } = options;
    const sides = typeof kernel === 'number' ? ([kernel, kernel] as const) : kernel;
    return this.add(name ?? this.#automatic('conv2d'), [x], {
      type: 'convolution',
      filters,
      kernel: sides,
      strides,
      padding,
      hasBias,
      activation,
    });
  }

  batchNormalization(x: Layer, options: BatchNormalizationOptions = {}): Layer {
    const { name, hasScale = true, epsilon = 1e-3 } = options;
    return this.add(name ?? this.#automatic('batch_normalization'), [x], {
      type: 'batch-normalization',
      hasScale,
      epsilon,
    });
  }

  activation(x: Layer, activation: Activation, name = this.#automatic('activation')): Layer {
    return this.add(name, [x], { type: 'activation', activation });
  }

  maxPooling(x: Layer, size: number, strides: number, options: PoolingOptions = {}): Layer {
    const { name, padding = 'valid' } = options;
    return this.add(name ?? this.#automatic('max_pooling2d'), [x], {
      type: 'max-pooling',
      size,
      strides,
      padding,
    });
  }

  averagePooling(x: Layer, size: number, strides: number, options: PoolingOptions = {}): Layer {
    const { name, padding = 'valid' } = options;
    return this.add(name ?? this.#automatic('average_pooling2d'), [x], {
      type: 'average-pooling',
      size,
      strides,
      padding,
    });
  }

  concatenate(inputs: readonly Layer[], name = this.#automatic('concatenate')): Layer {
    return this.add(name, inputs, { type: 'concatenate' });
  }

  /** Any layer, at the end of the graph. */
  add(name: string, inputs: readonly Layer[], operation: Operation): Layer {
    const shape = outputShape(
      operation,
      inputs.map(input => input.shape),
    );
    const layer = { name, operation, inputs, shape };
    this.#layers.push(layer);
    return layer;
  }

  #automatic(kind: string): string {
    const count = this.#unnamed.get(kind) ?? 0;
    this.#unnamed.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  }
}
