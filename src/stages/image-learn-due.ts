/** When a stage learns groups of pictures; null for never. */
export interface ImageLearnTimes {
  /** Pictures that the topic must hold for the first model. */
  readonly firstAfterImages: number;
  /** Pictures that the groups follow at a time. */
  readonly updateAfterImages: number | null;
  /** Pictures after which new groups are sought. */
  readonly refitAfterImages: number | null;
  /** Hours of event time after which new groups are sought. */
  readonly refitAfterHours: number | null;
  /** Statements of people after which labels are learnt anew. */
  readonly relabelAfterLabels: number | null;
}

/** What has come since the model that will be in force. */
export interface SinceModel {
  /** Pictures since its groups were sought, or since a model was refused. */
  readonly imagesSinceFit: number;
  readonly hoursSinceFit: number;
  /** Pictures that its groups have not followed. */
  readonly images: number;
  readonly statements: number;
  /** Its features are what the newest picture has. */
  readonly isOfEncoder: boolean;
}

export type ImageTaskKind = 'first' | 'refit' | 'relabel' | 'update';

/**
 * What is to be learnt now, the most thorough first.
 * @param held pictures in the topic
 * @param since null before the first model
 */
export function dueTasks(
  times: ImageLearnTimes,
  held: number,
  since: SinceModel | null,
): readonly ImageTaskKind[] {
  const { firstAfterImages, updateAfterImages, refitAfterImages, refitAfterHours, relabelAfterLabels } =
    times;
  if (!since) return held >= firstAfterImages ? ['first'] : [];
  // Until there are enough pictures of the new encoder the old groups rest: nothing is of their features.
  if (!since.isOfEncoder) return since.imagesSinceFit >= firstAfterImages ? ['refit'] : [];
  const reached = (value: number, limit: number | null) => limit !== null && value >= limit;
  // Hours alone need pictures too: time without any is no reason.
  const isTimeUp = reached(since.hoursSinceFit, refitAfterHours) && since.imagesSinceFit >= firstAfterImages;
  const due: ImageTaskKind[] = [];
  if (reached(since.imagesSinceFit, refitAfterImages) || isTimeUp) due.push('refit');
  if (reached(since.statements, relabelAfterLabels)) due.push('relabel');
  if (reached(since.images, updateAfterImages)) due.push('update');
  return due;
}
