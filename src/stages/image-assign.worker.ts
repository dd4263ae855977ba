import { openImageModel } from '../lifecycle/image-model/open-image-model.js';
import { serveModels } from './assigning-worker.js';

serveModels(async artefact => {
  const model = await openImageModel(artefact);
  return {
    featureSet: model.encoder,
    assign: ({ data, rows, shape: [cols = 0] }) => model.assign({ data, rows, cols }),
    dispose: () => {},
  };
});
