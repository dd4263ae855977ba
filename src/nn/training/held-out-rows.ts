import { PlantsenseError } from '../../errors.js';
import { Random } from '../../random.js';
import { deriveSeed, RANDOM_FOR } from './derive-seed.js';
import { type RowSource, selectRows } from './row-source.js';
import type { TrainingSettings } from './training-options.js';

export interface SplitRows {
  readonly training: RowSource;
  readonly heldOut: RowSource | null;
}

/**
 * Parts the rows into those to train on and those to judge by.
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT when nothing is left to train on
 */
export function splitRows(
  source: RowSource,
  { heldOut, heldOutShare, seed }: Pick<TrainingSettings, 'heldOut' | 'heldOutShare' | 'seed'>,
): SplitRows {
  const count = heldOut || heldOutShare === 0 ? 0 : Math.max(1, Math.round(heldOutShare * source.rows));
  if (source.rows - count < 1)
    throw new PlantsenseError(
      'TRAINING_DATA_INSUFFICIENT',
      `Of ${source.rows} rows none is left to train on when ${count} are held out.`,
    );
  if (count === 0) return { training: source, heldOut };
  const order = new Random(deriveSeed(seed, RANDOM_FOR.heldOut)).shuffle(
    Int32Array.from({ length: source.rows }, (_, row) => row),
  );
  // In the order of the source, which is how a file is read best.
  return {
    training: selectRows(source, order.subarray(count).toSorted()),
    heldOut: selectRows(source, order.subarray(0, count).toSorted()),
  };
}
