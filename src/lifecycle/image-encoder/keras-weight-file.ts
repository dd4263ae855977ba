import { stat } from 'node:fs/promises';
import { PlantsenseError } from '../../errors.js';

type H5 = typeof import('h5wasm/node');
type H5Group = InstanceType<H5['Group']>;

/** Numbers that are read at once: WebAssembly's memory grows by what is read, and never shrinks. */
const PIECE = 1 << 22;

/** A weight in a file. */
export interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** @throws PlantsenseError WEIGHTS_INVALID where the file is cut short */
  read(): Float32Array;
}

/** A layer that has weights, those in their order. */
export interface StoredLayer {
  readonly name: string;
  readonly weights: readonly StoredWeight[];
}

/**
 * A weight file of Keras: HDF5 in the layout of `save_weights` before version 3, which the published files have. Numbers
 * are read when they are asked for.
 *
 * Layers are found by the attribute `layer_names`, a layer's weights by its `weight_names`, both in their order: the names
 * of the data sets differ from version to version.
 *
 * Source: `load_weights_from_hdf5_group` of Keras, keras/src/legacy/saving/legacy_h5_format.py.
 */
export class KerasWeightFile {
  /** Those that have weights. */
  readonly layers: readonly StoredLayer[];
  readonly #close: () => void;

  private constructor(layers: readonly StoredLayer[], close: () => void) {
    this.layers = layers;
    this.#close = close;
  }

  /** @throws PlantsenseError FILE_NOT_FOUND, WEIGHTS_INVALID */
  static async open(path: string): Promise<KerasWeightFile> {
    await requireFile(path);
    const h5 = await import('h5wasm/node');
    const library = await h5.ready;
    // Otherwise it prints what it finds wrong, and goes on.
    library.activate_throwing_error_handler();
    const file = opened(h5, path);
    const close = () => void file.close();
    try {
      return new KerasWeightFile(storedLayers(h5, file, path), close);
    } catch (error) {
      close();
      throw error instanceof PlantsenseError ? error : notKeras(path, reasonOf(error));
    }
  }

  close(): void {
    this.#close();
  }
}

function opened(h5: H5, path: string): InstanceType<H5['File']> {
  try {
    return new h5.File(path, 'r');
  } catch {
    throw notKeras(path, 'it is no HDF5 file, or cut short');
  }
}

function storedLayers(h5: H5, file: H5Group, path: string): StoredLayer[] {
  // A whole model has its weights in a group.
  const nested = file.attrs.layer_names || file.attrs.layer_names0 ? file : file.get('model_weights');
  if (!(nested instanceof h5.Group)) {
    const isNewer = file.get('layers') instanceof h5.Group;
    throw notKeras(
      path,
      isNewer
        ? "it has the layout of Keras 3's `.weights.h5`; save the model as `model.save('NAME.h5')` instead"
        : 'it has no attribute `layer_names`',
    );
  }
  return namesIn(nested, 'layer_names')
    .map(name => storedLayer(h5, nested, name, path))
    .filter(layer => layer.weights.length > 0);
}

function storedLayer(h5: H5, file: H5Group, name: string, path: string): StoredLayer {
  const group = file.get(name);
  if (!(group instanceof h5.Group)) throw notKeras(path, `the layer ${name} is missing`);
  const weights = namesIn(group, 'weight_names').map(weight => {
    const data = group.get(weight);
    if (!(data instanceof h5.Dataset)) throw notKeras(path, `the weight ${weight} of ${name} is missing`);
    return {
      name: weight,
      shape: data.shape ?? [],
      read: () => {
        try {
          return readNumbers(data);
        } catch (error) {
          throw notKeras(path, `the weight ${weight} of ${name} can't be read: ${reasonOf(error)}`);
        }
      },
    };
  });
  return { name, weights };
}

/** A list of names, which Keras cuts into `NAME0`, `NAME1` ... where it is long. */
function namesIn({ attrs }: H5Group, attribute: string): string[] {
  const names: string[] = [];
  const whole = attrs[attribute];
  const parts = whole ? [whole] : [];
  for (let part = 0; !whole && attrs[`${attribute}${part}`]; part++)
    parts.push(attrs[`${attribute}${part}`]!);
  for (const { value } of parts)
    if (Array.isArray(value)) names.push(...value.map(String).map(name => name.replace(/\0+$/, '')));
  return names;
}

function readNumbers(data: InstanceType<H5['Dataset']>): Float32Array {
  const shape = data.shape ?? [];
  const rows = shape[0] ?? 1;
  const rowSize = shape.slice(1).reduce((product, size) => product * size, 1);
  if (shape.length === 0) return Float32Array.of(Number(data.value));
  const numbers = new Float32Array(rows * rowSize);
  const step = Math.max(1, Math.floor(PIECE / rowSize));
  for (let row = 0; row < rows; row += step) {
    const piece = data.slice([[row, Math.min(rows, row + step)]]);
    if (!ArrayBuffer.isView(piece) || piece instanceof BigInt64Array || piece instanceof BigUint64Array)
      throw new Error('it holds no floating-point numbers');
    numbers.set(piece as Float32Array, row * rowSize);
  }
  return numbers;
}

async function requireFile(path: string): Promise<void> {
  const file = await stat(path).catch(() => null);
  if (!file?.isFile()) throw new PlantsenseError('FILE_NOT_FOUND', `There is no weight file at ${path}.`);
}

function notKeras(path: string, reason: string): PlantsenseError {
  return new PlantsenseError('WEIGHTS_INVALID', `${path} is no weight file of Keras: ${reason}.`);
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
