import { takeRows } from '../../cluster/matrix.js';
import { silhouetteScore } from '../../cluster/silhouette-score.js';
import { sampleRows } from '../sample-rows.js';
import type { ImageGroupModel, ImagePlaces } from './image-group-model.js';
import type { ImageTrainingSet } from './image-training-set.js';

/** When a new tree takes the place of the one before it. */
export interface ImagePromotionRule {
  /** It must not call a larger share of pictures novel, 0 to 1, unless the one before calls as many. */
  readonly maxNovelShare: number;
  /** Its Silhouette must not be lower by more than this. */
  readonly maxSilhouetteLoss: number;
  /** Share of pictures that must stay in their group of the first level, of those that neither calls novel. */
  readonly minKeptShare: number;
}

export interface ImageJudgement {
  readonly isPromoted: boolean;
  /** One sentence with the figures. */
  readonly reason: string;
}

/**
 * Holds a new model against the one in force, on recent pictures that the new one has not learnt from. Silhouette alone
 * decides nothing: it likes few groups. It is that of the features themselves, the same space for both.
 */
export function judgeImages(
  challenger: ImageGroupModel,
  champion: ImageGroupModel,
  { features, encoder }: Pick<ImageTrainingSet, 'features' | 'encoder'>,
  rule: ImagePromotionRule,
): ImageJudgement {
  if (champion.encoder !== encoder || champion.dimensions !== features.cols)
    return {
      isPromoted: true,
      reason: `${champion.version} takes features of ${champion.encoder}, and the pictures are encoded by ${encoder} now.`,
    };
  const [after, before] = [challenger.place(features), champion.place(features)];
  const rows = sampleRows(features.rows, 0);
  const silhouetteOf = (model: ImageGroupModel, places: ImagePlaces): number | null => {
    const labels = Int32Array.from(rows, row => model.paths[places.groups[row]!]![0]!);
    const groups = new Set(labels).size;
    return groups >= 2 && groups < rows.length ? silhouetteScore(takeRows(features, rows), labels) : null;
  };
  const [novel, novelBefore] = [novelShare(after), novelShare(before)];
  const [silhouette, silhouetteBefore] = [silhouetteOf(challenger, after), silhouetteOf(champion, before)];
  const kept = keptShare(challenger, after, champion, before);
  const figures =
    `on ${features.rows} held-out images it calls ${percent(novel)} novel, ${champion.version} ${percent(novelBefore)}; ` +
    `Silhouette ${told(silhouette)}, ${told(silhouetteBefore)} before; ${percent(kept)} keep their group`;
  if (novel > Math.max(rule.maxNovelShare, novelBefore))
    return { isPromoted: false, reason: `Too many images fit no group of it: ${figures}.` };
  if ((silhouette ?? -1) < (silhouetteBefore ?? -1) - rule.maxSilhouetteLoss)
    return { isPromoted: false, reason: `Its groups stand less apart: ${figures}.` };
  if (kept < rule.minKeptShare) return { isPromoted: false, reason: `Its groups are others: ${figures}.` };
  return { isPromoted: true, reason: `It groups images as they are now: ${figures}.` };
}

function novelShare({ noveltyScores }: ImagePlaces): number {
  return noveltyScores.filter(score => score > 1).length / noveltyScores.length;
}

/** 1 where the two have no picture in common that both know. */
function keptShare(
  challenger: ImageGroupModel,
  after: ImagePlaces,
  champion: ImageGroupModel,
  before: ImagePlaces,
): number {
  let both = 0;
  let kept = 0;
  for (let row = 0; row < after.groups.length; row++) {
    if (after.noveltyScores[row]! > 1 || before.noveltyScores[row]! > 1) continue;
    both++;
    if (challenger.paths[after.groups[row]!]![0] === champion.paths[before.groups[row]!]![0]) kept++;
  }
  return both === 0 ? 1 : kept / both;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function told(silhouette: number | null): string {
  return silhouette === null ? 'undefined' : silhouette.toFixed(3);
}
