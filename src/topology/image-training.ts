import { type ImageLearnOptions, stageOptions } from './stage-options.js';
import type { Topology } from './topology.js';

/** What the first stage of a topology that learns groups of images says; the defaults where it has none. */
export function imageTraining(topology: Topology): ImageLearnOptions {
  return [...topology.stages.values(), DEFAULT_LEARN].find(stage => stage.type === 'image_learn')!;
}

const DEFAULT_LEARN = stageOptions.parse({
  type: 'image_learn',
  input: 'features.image',
  labels: 'labels',
  outputs: { models: 'models' },
});
