import { PlantsenseError } from '../errors.js';
import type { ModelAnnouncement } from '../records/types.js';
import { type AnnounceOptions, announceModel, isFirstModel } from './announce-model.js';
import type { Artefact } from './artefact.js';
import { EntityModels } from './entity-models.js';
import { readModelDirectory } from './model-directory.js';
import { loadModel, type ModelStore, modelUri } from './model-store.js';

/** What models are for. */
export const METHODS = ['image', 'machine', 'noise'] as const;

/** Methods whose models are never for one sensor, and what they are models of. */
const MODELS_OF = { image: 'images', noise: 'noise' } as const;

function isForAll(method: string): method is keyof typeof MODELS_OF {
  return method in MODELS_OF;
}

const VERSION = /^v\d+-[0-9a-f]+$/;

export interface PromoteOptions extends Omit<AnnounceOptions, 'state' | 'activeFromUs'> {
  /** Event time from which it is used. Default: `nowUs`, or the beginning where nothing was announced before. */
  readonly activeFromUs?: number | undefined;
  readonly nowUs: number;
}

export interface Promotion {
  /** To be published. */
  readonly announcement: ModelAnnouncement;
  /** What scored until now; null when nothing did. */
  readonly replaced: ModelAnnouncement | null;
}

/**
 * Puts a model into use that somebody has chosen.
 *
 * @param before all announcements so far, of any method
 * @param groups number of the model's groups; 0 where the method has none
 * @throws PlantsenseError USAGE_INVALID for a model of noise or images that is to be one sensor's
 */
export function promoteModel(
  before: readonly ModelAnnouncement[],
  artefact: Artefact,
  groups: number,
  { entity = '', activeFromUs: wantedUs, nowUs, reason }: PromoteOptions,
): Promotion {
  const { method } = artefact.card;
  if (isForAll(method) && entity !== '')
    throw new PlantsenseError(
      'USAGE_INVALID',
      `${artefact.card.version} is a model of ${MODELS_OF[method]}: those are for all sensors, not for ${entity} alone.`,
    );
  const activeFromUs = wantedUs ?? (isFirstModel(before, method, entity) ? 0 : nowUs);
  return {
    announcement: announceModel(before, artefact, groups, {
      ...{ state: 'promoted', activeFromUs, reason, entity },
    }),
    replaced: new EntityModels(before, method).activeAt(entity, activeFromUs),
  };
}

/**
 * Reads and checks a model that a person has named.
 *
 * @param wanted a directory that holds it, or a version in the store
 * @throws PlantsenseError MODEL_NOT_FOUND, MODEL_INVALID
 */
export async function findModel(store: ModelStore, wanted: string): Promise<Artefact> {
  for (const method of METHODS)
    if ((await store.versions(method)).includes(wanted))
      return loadModel(store, modelUri({ method, version: wanted }));
  if (VERSION.test(wanted))
    throw new PlantsenseError('MODEL_NOT_FOUND', `The model store has no version ${wanted}.`);
  return readModelDirectory(wanted);
}
