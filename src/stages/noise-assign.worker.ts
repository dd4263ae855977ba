import { workerData } from 'node:worker_threads';
import { PlantsenseError } from '../errors.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { loadModel } from '../lifecycle/model-store.js';
import { isDeepKind } from '../lifecycle/noise-kind.js';
import type { LogMelBatch, NoiseModel } from '../lifecycle/noise-model.js';
import { openNoiseModel } from '../lifecycle/open-noise-model.js';
import { serveWorker } from '../stream/worker-server.js';
import { openTensors, type TensorNotice } from './tensor-notices.js';

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
/** In the order of their last use. */
const models = new Map<string, NoiseModel>();
/** Networks are megabytes: those of the past are not kept for ever. */
const MOST_MODELS = 4;

serveWorker(async ({ uri, cardSha256, featureSet, batch }: AssignRequest, report) => {
  const model = models.get(uri) ?? (await open(uri, cardSha256, report));
  models.delete(uri);
  models.set(uri, model);
  if (model.featureSet !== featureSet) {
    throw new PlantsenseError(
      'MODEL_INVALID',
      `Model ${uri} was fitted on features ${model.featureSet}; these are ${featureSet}.`,
    );
  }
  return { result: await model.assign(batch) };
});

async function open(
  uri: string,
  cardSha256: string,
  report: (notice: TensorNotice) => void,
): Promise<NoiseModel> {
  const artefact = await loadModel(store, uri, cardSha256);
  if (isDeepKind(artefact.card.kind)) await openTensors(report);
  const [oldest] = models;
  if (oldest && models.size >= MOST_MODELS) {
    models.delete(oldest[0]);
    oldest[1].dispose();
  }
  return openNoiseModel(artefact);
}
