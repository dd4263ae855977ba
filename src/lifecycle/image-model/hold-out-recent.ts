import { takeRows } from '../../cluster/matrix.js';
import { idRank } from '../machine-model/id-rank.js';
import type { ImageTrainingSet } from './image-training-set.js';

/** A set in two parts. */
export interface RecentHeldOut {
  readonly learnt: ImageTrainingSet;
  readonly heldOut: ImageTrainingSet;
}

/**
 * Keeps pictures of the newer half back, to judge models by what the plant is like now; every other one of that half at most,
 * so that what is new is learnt too. Which ones is told by their ids.
 * @param share of all pictures, 0 to 0.25; one is kept back at least
 */
export function holdOutRecent(set: ImageTrainingSet, share: number): RecentHeldOut {
  const { rows } = set.features;
  const newer = Array.from({ length: rows }, (_, row) => row).slice(Math.floor(rows / 2));
  const ranked = newer.sort(
    (a, b) => idRank(set.ids[a]!) - idRank(set.ids[b]!) || (set.ids[a]! < set.ids[b]! ? -1 : 1),
  );
  const kept = new Set(ranked.slice(0, Math.max(1, Math.floor(share * rows))));
  const part = (isWanted: (row: number) => boolean): ImageTrainingSet => {
    const wanted = Array.from({ length: rows }, (_, row) => row).filter(isWanted);
    return {
      ...set,
      features: takeRows(set.features, wanted),
      ids: wanted.map(row => set.ids[row]!),
      nearLabels: wanted.map(row => set.nearLabels[row] ?? null),
    };
  };
  return { learnt: part(row => !kept.has(row)), heldOut: part(row => kept.has(row)) };
}
