import type { Matrix } from '../cluster/matrix.js';
import { PlantsenseError } from '../errors.js';
import { readBytes } from '../files.js';
import { decodeNpy, type Npy } from '../npy.js';

/**
 * A .npy file as a matrix, one row a sample.
 * @throws PlantsenseError FILE_NOT_FOUND, NPY_INVALID; MATRIX_INVALID when it has not two dimensions
 */
export async function readMatrix(path: string): Promise<Matrix> {
  const { data, shape } = await readArray(path);
  const [rows, cols] = shape;
  if (rows === undefined || cols === undefined || shape.length > 2)
    throw new PlantsenseError(
      'MATRIX_INVALID',
      `${path} has the shape (${shape.join(', ')}); rows and columns are needed.`,
    );
  return { data: data instanceof Int32Array ? Float64Array.from(data) : data, rows, cols };
}

/**
 * A .npy file of labels, one for each of `rows`.
 * @throws PlantsenseError FILE_NOT_FOUND, NPY_INVALID; MATRIX_INVALID when they are not integers, or not one a row
 */
export async function readLabels(path: string, rows: number): Promise<Int32Array> {
  const { data, shape } = await readArray(path);
  if (!(data instanceof Int32Array))
    throw new PlantsenseError('MATRIX_INVALID', `${path} holds floats; labels are integers.`);
  if (shape.length !== 1 || data.length !== rows)
    throw new PlantsenseError(
      'MATRIX_INVALID',
      `${path} has the shape (${shape.join(', ')}); a label for each of ${rows} rows is needed.`,
    );
  return data;
}

async function readArray(path: string): Promise<Npy> {
  const bytes = await readBytes(path);
  try {
    return decodeNpy(bytes);
  } catch (cause) {
    if (!(cause instanceof PlantsenseError)) throw cause;
    throw new PlantsenseError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}
