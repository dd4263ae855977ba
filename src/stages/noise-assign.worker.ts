import { workerData } from 'node:worker_threads';
import { PlantsenseError } from '../errors.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { loadModel } from '../lifecycle/model-store.js';
import type { LogMelBatch, NoiseModel } from '../lifecycle/noise-model.js';
import { openNoiseModel } from '../lifecycle/open-noise-model.js';
import { serveWorker } from '../stream/worker-server.js';

/** Scores micro-batches with whichever model version they ask for, in a thread of its own. */

export interface AssignWorkerData {
  readonly modelDirectory: string;
}

export interface AssignRequest {
  readonly uri: string;
  readonly cardSha256: string;
  /** Of the tensors in the batch. */
  readonly featureSet: string;
  readonly batch: LogMelBatch;
}

const store = new DirectoryModelStore((workerData as AssignWorkerData).modelDirectory);
const models = new Map<string, NoiseModel>();

serveWorker(async ({ uri, cardSha256, featureSet, batch }: AssignRequest) => {
  let model = models.get(uri);
  if (!model) {
    model = openNoiseModel(await loadModel(store, uri, cardSha256));
    models.set(uri, model);
  }
  if (model.featureSet !== featureSet) {
    throw new PlantsenseError(
      'MODEL_INVALID',
      `Model ${uri} was fitted on features ${model.featureSet}; these are ${featureSet}.`,
    );
  }
  return { result: model.assign(batch) };
});
