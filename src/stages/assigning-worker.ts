import { workerData } from 'node:worker_threads';
import { PlantsenseError } from '../errors.js';
import type { Artefact } from '../lifecycle/artefact.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { loadModel } from '../lifecycle/model-store.js';
import { serveWorker } from '../stream/worker-server.js';
import type { TensorNotice } from './tensor-notices.js';

/** Scores micro-batches with whichever model version they ask for, in a thread of its own. */

export interface AssignWorkerData {
  readonly modelDirectory: string;
}

/** Features of one kind, row by row: `[rows, ...shape]`. */
export interface FeatureBatch {
  readonly data: Float32Array;
  readonly rows: number;
  readonly shape: readonly number[];
}

export interface AssignRequest extends FeatureBatch {
  readonly uri: string;
  readonly cardSha256: string;
  readonly featureSet: string;
}

/** A model as the thread uses it. */
export interface AssigningModel {
  /** What made the features that it was fitted on. */
  readonly featureSet: string;
  /** An answer a row. */
  assign(batch: FeatureBatch): readonly unknown[] | Promise<readonly unknown[]>;
  dispose(): void;
}

/** Networks are megabytes: those of the past are not kept for ever. */
const MOST_MODELS = 4;

/** Serves the calls of a stage that assigns. @param openModel throws MODEL_INVALID for an artefact of another kind */
export function serveModels(
  openModel: (
    artefact: Artefact,
    report: (notice: TensorNotice) => void,
  ) => AssigningModel | Promise<AssigningModel>,
): void {
  const store = new DirectoryModelStore((workerData as AssignWorkerData).modelDirectory);
  /** In the order of their last use. */
  const models = new Map<string, AssigningModel>();

  const open = async ({ uri, cardSha256 }: AssignRequest, report: (notice: TensorNotice) => void) => {
    const model = await openModel(await loadModel(store, uri, cardSha256), report);
    const [oldest] = models;
    if (oldest && models.size >= MOST_MODELS) {
      models.delete(oldest[0]);
      oldest[1].dispose();
    }
    return model;
  };

  serveWorker(async (request: AssignRequest, report) => {
    const { uri, featureSet } = request;
    const model = models.get(uri) ?? (await open(request, report));
    models.delete(uri);
    models.set(uri, model);
    if (model.featureSet !== featureSet)
      throw new PlantsenseError(
        'MODEL_INVALID',
        `Model ${uri} was fitted on features ${model.featureSet}; these are ${featureSet}.`,
      );
    return { result: await model.assign(request) };
  });
}
