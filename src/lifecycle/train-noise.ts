import type { ModelAnnouncement } from '../records/types.js';
import { announceModel } from './announce-model.js';
import type { FittedNoise } from './fit-noise.js';
import type { FitNoiseOptions } from './fit-noise-options.js';
import { fitStoredNoise } from './fit-stored-noise.js';
import { loadModel, type ModelStore, nextSequence, saveModel } from './model-store.js';
import { ModelTimeline } from './model-timeline.js';
import { isDeepKind, type NoiseKind } from './noise-kind.js';
import type { NoiseTrainingSet } from './noise-training-set.js';
import { openNoiseModel } from './open-noise-model.js';

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
 * Whether a training set has to keep spectrograms: for a network that learns from them, or for one whose groups go on.
 */
export function needsTensors(
  kind: NoiseKind,
  { announcements, activeFromUs }: Omit<TrainNoiseOptions, 'fit'>,
): boolean {
  const active = new ModelTimeline(announcements, 'noise').activeAt(activeFromUs);
  return isDeepKind(kind) || isDeepKind(active?.kind);
}

/**
 * Fits a noise model and keeps it. Its groups are matched to those of the version that is active before it, so that they
 * keep their ids.
 *
 * @param set with spectrograms where {@link needsTensors}
 * @throws PlantsenseError as `fitStoredNoise` and `saveModel`; MODEL_NOT_FOUND, MODEL_INVALID when the active one can't
 *   be read
 */
export async function trainNoise(
  set: NoiseTrainingSet,
  store: ModelStore,
  { fit, announcements, activeFromUs }: TrainNoiseOptions,
): Promise<TrainedNoise> {
  const active = new ModelTimeline(announcements, 'noise').activeAt(activeFromUs);
  const parent = active && (await openNoiseModel(await loadModel(store, active.uri, active.cardSha256)));
  try {
    const sequence = await nextSequence(store, 'noise');
    const fitted = await fitStoredNoise(set, { ...fit, sequence, parent });
    await saveModel(store, fitted.artefact);
    const announcement = announceModel(announcements, fitted.artefact, fitted.model.groups.length, {
      state: 'promoted',
      activeFromUs: active ? activeFromUs : 0,
      reason: `Trained on ${set.rows.rows} events.`,
    });
    return { ...fitted, announcement };
  } finally {
    parent?.dispose();
  }
}
