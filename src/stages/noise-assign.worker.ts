import { isDeepKind } from '../lifecycle/noise-kind.js';
import { openNoiseModel } from '../lifecycle/open-noise-model.js';
import { serveModels } from './assigning-worker.js';
import { openTensors } from './tensor-notices.js';

serveModels(async (artefact, report) => {
  if (isDeepKind(artefact.card.kind)) await openTensors(report);
  const model = await openNoiseModel(artefact);
  return {
    featureSet: model.featureSet,
    assign: ({ data, rows, shape: [bands = 0, frames = 0] }) => model.assign({ data, rows, bands, frames }),
    dispose: () => model.dispose(),
  };
});
