import { PlantsenseError } from '../errors.js';
import { imageDetailsSchema } from '../lifecycle/image-model/image-details.js';
import { loadModel, type ModelStore, modelUri } from '../lifecycle/model-store.js';
import type { ModelAnnouncement } from '../records/types.js';

/** Groups that an error names. */
const NAMED = 20;

/**
 * Looks whether a model of images has the groups that are to be named: one that is mistyped would get a name that nobody
 * ever sees. A model that lies elsewhere says nothing.
 * @param paths such as `2/25`
 * @throws PlantsenseError USAGE_INVALID, MODEL_INVALID
 */
export async function checkNamedGroups(
  store: ModelStore,
  model: ModelAnnouncement,
  paths: readonly string[],
): Promise<void> {
  const artefact = await loadModel(store, modelUri(model), model.cardSha256).catch(error => {
    if (error instanceof PlantsenseError && error.code === 'MODEL_NOT_FOUND') return null;
    throw error;
  });
  const details = artefact && imageDetailsSchema.safeParse(artefact.card.details).data;
  if (!details) return;
  const known = details.groups.map(({ path }) => path.join('/'));
  const wrong = paths.find(path => !known.includes(path));
  if (wrong === undefined) return;
  const more = known.length > NAMED ? ` and ${known.length - NAMED} more` : '';
  throw new PlantsenseError(
    'USAGE_INVALID',
    `The model in use, ${model.version}, has no group ${wrong}. It has ${known.slice(0, NAMED).join(', ')}${more}; of another one --model says which.`,
  );
}
