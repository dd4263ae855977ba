import type { ModelAnnouncement } from '../records/types.js';
import { announceModel } from './announce-model.js';
import { type FittedNoise, fitNoise } from './fit-noise.js';
import type { FitNoiseOptions } from './fit-noise-options.js';
import { MIXTURE_KINDS, MixtureNoiseModel } from './mixture-noise-model.js';
import { loadModel, type ModelStore, nextSequence, saveModel } from './model-store.js';
import { ModelTimeline } from './model-timeline.js';
import type { NoiseTrainingSet } from './noise-training-set.js';

export interface TrainNoiseOptions {
  readonly fit: Omit<FitNoiseOptions, 'sequence' | 'parent'>;
  /** What was announced so far. */
  readonly announcements: readonly ModelAnnouncement[];
  /** Event time from which the new version is active. The first model of all is active for all events. */
  readonly activeFromUs: number;
}

export interface TrainedNoise extends FittedNoise {
  /** To be published, so that scorers learn of the version. */
  readonly announcement: ModelAnnouncement;
}

/**
 * Fits a noise model and keeps it. Its groups are matched to those of the version that is active before it, so that they
 * keep their ids.
 * @throws PlantsenseError as `fitNoise` and `saveModel`; MODEL_NOT_FOUND, MODEL_INVALID when the active one can't be read
 */
export async function trainNoise(
  set: NoiseTrainingSet,
  store: ModelStore,
  { fit, announcements, activeFromUs }: TrainNoiseOptions,
): Promise<TrainedNoise> {
  const active = new ModelTimeline(announcements, 'noise').activeAt(activeFromUs);
  const isMixture = MIXTURE_KINDS.some(kind => kind === active?.kind);
  const parent =
    active && isMixture
      ? MixtureNoiseModel.open(await loadModel(store, active.uri, active.cardSha256))
      : null;
  const sequence = await nextSequence(store, 'noise');
  const fitted = await fitNoise(set, { ...fit, sequence, parent });
  await saveModel(store, fitted.artefact);
  const announcement = announceModel(announcements, fitted.artefact, fitted.model.groups.length, {
    state: 'promoted',
    activeFromUs: active ? activeFromUs : 0,
    reason: `Trained on ${set.rows.rows} events.`,
  });
  return { ...fitted, announcement };
}
