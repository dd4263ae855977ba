import { join } from 'node:path';
import type { ArtefactFiles } from '../lifecycle/artefact.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import {
  type FitStoredMachineOptions,
  fitStoredMachine,
} from '../lifecycle/machine-model/fit-stored-machine.js';
import type { Judgement } from '../lifecycle/machine-model/judge-challenger.js';
import { MachineModel } from '../lifecycle/machine-model/machine-model.js';
import type { MachineTrainingSet } from '../lifecycle/machine-model/machine-training-set.js';
import { loadModel } from '../lifecycle/model-store.js';
import { jobCheckpoint } from '../lifecycle/training-job.js';
import type { ModelAnnouncement } from '../records/types.js';
import { serveWorker } from '../stream/worker-server.js';
import { openTensors } from './tensor-notices.js';

/** Trains models of machines in a thread of its own, so that a stream keeps its delay meanwhile. */

export interface LearnRequest {
  readonly set: MachineTrainingSet;
  readonly options: Omit<FitStoredMachineOptions, 'onProgress' | 'parent' | 'checkpoint' | 'signal'>;
  /** The model that the training goes on from. */
  readonly parent: ModelAnnouncement | null;
  readonly dataDir: string;
  /** Where checkpoints go, a directory that its sender owns. */
  readonly jobDirectory: string;
}

export interface Learnt {
  readonly files: ArtefactFiles;
  readonly judgement: Judgement | null;
}

serveWorker(async ({ set, options, parent, dataDir, jobDirectory }: LearnRequest, report) => {
  await openTensors(report);
  const artefact =
    parent &&
    (await loadModel(new DirectoryModelStore(join(dataDir, 'models')), parent.uri, parent.cardSha256));
  const goesOnFrom = artefact && { artefact, model: await MachineModel.open(artefact) };
  try {
    const fitted = await fitStoredMachine(set, {
      ...options,
      parent: goesOnFrom,
      checkpoint: jobCheckpoint(jobDirectory, 'residual'),
      onProgress: report,
    });
    fitted.model.dispose();
    return { result: { files: fitted.artefact.files, judgement: fitted.judgement } satisfies Learnt };
  } finally {
    goesOnFrom?.model.dispose();
  }
});
