import type { ArtefactFiles } from '../lifecycle/artefact.js';
import { fitNoise } from '../lifecycle/fit-noise.js';
import type { FitNoiseOptions } from '../lifecycle/fit-noise-options.js';
import type { NoiseTrainingSet } from '../lifecycle/noise-training-set.js';
import { serveWorker } from '../stream/worker-server.js';

/** Fits noise models in a thread of its own, so that a stream keeps its delay while one is fitted. */

export interface FitRequest {
  readonly set: NoiseTrainingSet;
  readonly options: Omit<FitNoiseOptions, 'onProgress' | 'parent'>;
}

serveWorker(async ({ set, options }: FitRequest, report) => {
  const { artefact } = await fitNoise(set, { ...options, onProgress: report });
  return { result: artefact.files satisfies ArtefactFiles };
});
