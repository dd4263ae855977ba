import { PlantsenseError } from '../errors.js';
import { type Artefact, type ArtefactFiles, openArtefact } from './artefact.js';

/** Where models are kept: a directory now, an object store with the same few calls later. */
export interface ModelStore {
  /**
   * Keeps the files under `uri`, all of them or none. Writing again what is there already does nothing.
   * @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE, MODEL_INVALID when the uri is not of the form `method/version`
   */
  write(uri: string, files: ArtefactFiles): Promise<void>;
  /** @throws PlantsenseError MODEL_NOT_FOUND, MODEL_INVALID */
  read(uri: string): Promise<ArtefactFiles>;
  /** The versions of a method, sorted; none when nothing is there. */
  versions(method: string): Promise<string[]>;
}

/** Where a model lies in a store. */
export function modelUri(model: { readonly method: string; readonly version: string }): string {
  return `${model.method}/${model.version}`;
}

/** Keeps a model. Throws as {@link ModelStore.write}. */
export async function saveModel(store: ModelStore, artefact: Artefact): Promise<void> {
  await store.write(modelUri(artefact.card), artefact.files);
}

/**
 * Reads and checks a model.
 *
 * @param cardSha256 what its announcement says; not compared when absent
 * @throws PlantsenseError MODEL_NOT_FOUND; MODEL_INVALID when a checksum differs
 */
export async function loadModel(store: ModelStore, uri: string, cardSha256?: string): Promise<Artefact> {
  const artefact = openArtefact(await store.read(uri));
  if (modelUri(artefact.card) !== uri)
    throw new PlantsenseError('MODEL_INVALID', `At ${uri} lies the model ${modelUri(artefact.card)}.`);
  if (cardSha256 !== undefined && cardSha256 !== artefact.cardSha256)
    throw new PlantsenseError(
      'MODEL_INVALID',
      `The card of model ${uri} has another checksum than was announced.`,
    );
  return artefact;
}

/** The sequence that the next model of a method gets. */
export async function nextSequence(store: ModelStore, method: string): Promise<number> {
  const sequences = (await store.versions(method)).map(version => Number(/^v(\d+)-/.exec(version)?.[1] ?? 0));
  return Math.max(0, ...sequences) + 1;
}
