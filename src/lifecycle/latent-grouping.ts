import type { Encoder, Latents } from '../nn/conv-sdae/encoder.js';
import type { RowSource } from '../nn/training/row-source.js';
import type { Npy } from '../npy.js';
import type { ArtefactFiles } from './artefact.js';

/** How rows lie in groups. A row's numbers are the same bits whatever rows are beside it. */
export interface GroupScores {
  readonly latents: Latents;
  /** Natural logarithms of the groups' probabilities of each row, up to a constant of the row: `[rows, groups]`. */
  readonly logShares: Float64Array;
  /** Natural logarithm of the density of each row's latents. */
  readonly logLikelihood: Float64Array;
}

/** A trained network and the groups among its latents. */
export interface LatentGrouping {
  readonly encoder: Encoder;
  readonly groups: number;
  /** @throws PlantsenseError MATRIX_INVALID for rows of another shape */
  encode(source: RowSource): Promise<Latents>;
  /** Throws as {@link encode}. */
  score(source: RowSource): Promise<GroupScores>;
  /** The same network with some of the groups only, in this order. */
  select(groups: Int32Array): LatentGrouping;
  /** What an artefact keeps of it. */
  toArtefact(): Promise<{ readonly arrays: ReadonlyMap<string, Npy>; readonly networks: ArtefactFiles }>;
  dispose(): void;
}

/** The most probable group of each row. */
export function labelsOf({ logShares, latents: { rows } }: GroupScores): Int32Array {
  const groups = logShares.length / rows;
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let group = 1; group < groups; group++)
      if (logShares[row * groups + group]! > logShares[row * groups + best]!) best = group;
    return best;
  });
}
