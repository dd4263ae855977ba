import { z } from 'zod';
import { PlantsenseError } from '../../errors.js';
import { checkMatrix, type Matrix, zeros } from '../matrix.js';
import type { FittedClassifier } from './classifier.js';
import { checkTwoClasses, type LabelledRows } from './labelled-rows.js';
import { parseKept } from './packed-floats.js';

/** Stands behind the end of a path that is shorter than the matrix is wide. */
export const NO_GROUP = -1;

/**
 * Rules: every group has the label that most of its rows have. A row of the matrix is the path of a group, an id a column,
 * {@link NO_GROUP} behind its end. Where a group has no rows with labels its nearest ancestor's rule holds, in the end that
 * of all rows. The confidence is the group's share with Laplace's correction, (n + 1) / (rows + classes), over classes that
 * have rows; a class without rows gets 0.
 */
export function fitRules(rows: LabelledRows): FittedClassifier {
  checkTwoClasses(rows);
  checkPaths(rows.x);
  const groups = new Map<string, Float64Array>();
  for (let row = 0; row < rows.x.rows; row++)
    for (const path of pathsOf(rows.x, row)) {
      const counts = groups.get(path) ?? new Float64Array(rows.nClasses);
      counts[rows.y[row]!]! += 1;
      groups.set(path, counts);
    }
  return new FittedRules(groups, rows.present, rows.nClasses, rows.x.cols);
}

class FittedRules implements FittedClassifier {
  readonly type = 'rules';
  readonly nClasses: number;
  readonly #groups: ReadonlyMap<string, Float64Array>;
  readonly #present: readonly number[];
  readonly #cols: number;

  constructor(
    groups: ReadonlyMap<string, Float64Array>,
    present: readonly number[],
    nClasses: number,
    cols: number,
  ) {
    this.#groups = groups;
    this.#present = present;
    this.nClasses = nClasses;
    this.#cols = cols;
  }

  predictProbability(x: Matrix) {
    checkMatrix(x, this.#cols);
    checkPaths(x);
    const shares = zeros(x.rows, this.nClasses);
    for (let row = 0; row < x.rows; row++) {
      const known = pathsOf(x, row).findLast(path => this.#groups.has(path));
      const counts = this.#groups.get(known ?? '')!;
      let sum = 0;
      for (const label of this.#present) sum += counts[label]! + 1;
      for (const label of this.#present)
        shares.data[row * this.nClasses + label] = (counts[label]! + 1) / sum;
    }
    return shares;
  }

  toJson() {
    const groups = Object.fromEntries([...this.#groups].map(([path, counts]) => [path, [...counts]]));
    return { type: 'rules', nClasses: this.nClasses, cols: this.#cols, present: this.#present, groups };
  }
}

/** Paths of the group and those above it, the empty one of all rows first. */
function pathsOf({ data, cols }: Matrix, row: number): string[] {
  const paths = [''];
  for (let col = 0; col < cols && data[row * cols + col]! !== NO_GROUP; col++)
    paths.push(col === 0 ? `${data[row * cols]}` : `${paths[col]}/${data[row * cols + col]}`);
  return paths;
}

function checkPaths({ data, cols }: Matrix): void {
  const wrong = data.findIndex(id => !Number.isSafeInteger(id) || id < NO_GROUP);
  if (wrong >= 0)
    throw new PlantsenseError(
      'MATRIX_INVALID',
      `Rules take paths of groups: ${data[wrong]} in row ${Math.floor(wrong / cols)} is no group.`,
    );
}

const count = z.number().int().min(0);
const keptSchema = z
  .strictObject({
    type: z.literal('rules'),
    nClasses: z.number().int().positive(),
    cols: z.number().int().positive(),
    present: z.array(count).min(2),
    groups: z.record(z.string(), z.array(count)),
  })
  .refine(
    ({ groups, nClasses, present }) =>
      Object.hasOwn(groups, '') &&
      present.every(label => label < nClasses) &&
      Object.values(groups).every(counts => counts.length === nClasses),
    'its parts do not fit one another',
  );

/** @throws PlantsenseError MODEL_INVALID */
export function openRules(json: unknown): FittedClassifier {
  const { groups, present, nClasses, cols } = parseKept(keptSchema, json);
  const counts = Object.entries(groups).map(([path, of]) => [path, Float64Array.from(of)] as const);
  return new FittedRules(new Map(counts), present, nClasses, cols);
}
