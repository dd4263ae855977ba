import type { ArtefactFiles } from '../lifecycle/artefact.js';
import type { FitNoiseOptions } from '../lifecycle/fit-noise-options.js';
import { fitStoredNoise } from '../lifecycle/fit-stored-noise.js';
import { isDeepKind } from '../lifecycle/noise-kind.js';
import type { NoiseTrainingSet } from '../lifecycle/noise-training-set.js';
import { jobCheckpoint } from '../lifecycle/training-job.js';
import { serveWorker } from '../stream/worker-server.js';
import { openTensors } from './tensor-notices.js';

/** Fits noise models in a thread of its own, so that a stream keeps its delay while one is fitted. */

export interface FitRequest {
  readonly set: NoiseTrainingSet;
  readonly options: Omit<FitNoiseOptions, 'onProgress' | 'parent' | 'checkpoint' | 'signal'>;
  /** Where checkpoints go, a directory that its sender owns; null for none. */
  readonly jobDirectory: string | null;
}

serveWorker(async ({ set, options, jobDirectory }: FitRequest, report) => {
  if (isDeepKind(options.kind)) await openTensors(report);
  const { artefact, model } = await fitStoredNoise(set, {
    ...options,
    ...(jobDirectory !== null && { checkpoint: name => jobCheckpoint(jobDirectory, name) }),
    onProgress: report,
  });
  model.dispose();
  return { result: artefact.files satisfies ArtefactFiles };
});
