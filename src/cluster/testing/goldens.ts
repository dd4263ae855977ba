import { readFileSync } from 'node:fs';
import type { Matrix } from '../matrix.js';

/** Reference values of `test/goldens/cluster`, for the tests of this folder. */
export interface GoldenMatrix {
  readonly name: string;
  readonly k: number;
  readonly indices: Readonly<Record<'truth' | 'random', Readonly<Record<string, number>>>>;
  readonly silhouetteSamples: readonly number[];
  readonly ari: number;
  readonly ariNear: number;
  readonly nmi: number;
  readonly nmiNear: number;
  readonly kMeans: { readonly inertia: number; readonly labels: readonly number[] };
  readonly kMeansFromFirstRows: KMeansReference;
  readonly gmm: {
    readonly weights: readonly number[];
    readonly means: readonly number[];
    readonly covariances: readonly number[];
    readonly score: number;
    readonly bic: number;
    readonly scoreSamples: readonly number[];
    readonly predictProba: readonly number[];
    readonly ari: number;
  };
}

interface KMeansReference {
  readonly inertia: number;
  readonly nIter: number;
  readonly labels: readonly number[];
}

interface Reference {
  readonly matrices: readonly GoldenMatrix[];
  readonly emptyClusters: KMeansReference & {
    readonly x: readonly number[];
    readonly init: readonly number[];
  };
}

const folder = new URL('../../../test/goldens/cluster/', import.meta.url);

export const reference = JSON.parse(readFileSync(new URL('reference.json', folder), 'utf8')) as Reference;

/** A matrix of 32-bit floats, or of labels as integers. */
export function goldenMatrix(name: string): Matrix {
  const { values, shape } = load(name);
  return { data: values as Float32Array, rows: shape[0]!, cols: shape[1]! };
}

export function goldenLabels(name: string): Int32Array {
  return load(name).values as Int32Array;
}

/** The `.npy` format, as far as the files of that folder use it. */
function load(name: string): { values: Float32Array | Int32Array; shape: number[] } {
  const file = readFileSync(new URL(`${name}.npy`, folder));
  const start = 10 + file.readUInt16LE(8);
  const header = file.toString('latin1', 10, start);
  const bytes = Uint8Array.from(file.subarray(start)).buffer;
  return {
    values: header.includes("'<f4'") ? new Float32Array(bytes) : new Int32Array(bytes),
    shape: /\(([^)]*)\)/.exec(header)![1]!.split(',').filter(Boolean).map(Number),
  };
}

/** A matrix from rows. */
export function fromRows(rows: readonly (readonly number[])[]): Matrix {
  return { data: Float64Array.from(rows.flat()), rows: rows.length, cols: rows[0]?.length ?? 0 };
}
