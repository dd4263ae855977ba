import type { SegmentOptions } from '../audio/segments.js';
import { segmentOf } from './machine-residual-options.js';
import { type MachineLearnOptions, stageOptions } from './stage-options.js';
import type { Topology } from './topology.js';

/** How a topology learns machines: topics, model, window. */
export interface MachineTraining
  extends Pick<MachineLearnOptions, 'input' | 'model' | 'windowHours' | 'maxSegments' | 'blockSegments'> {
  readonly modelsTopic: string;
}

/** What the first stage of a topology that learns machines says; the defaults where it has none. */
export function machineTraining(topology: Topology): MachineTraining {
  const learn = [...topology.stages.values(), DEFAULT_LEARN].find(stage => stage.type === 'machine_learn')!;
  const { input, outputs, model, windowHours, maxSegments, blockSegments } = learn;
  return { input, modelsTopic: outputs.models, model, windowHours, maxSegments, blockSegments };
}

/** What the segments of a topic are cut with; null when no stage of the topology writes it. */
export function segmentOptionsOf(topology: Topology, topic: string): SegmentOptions | null {
  for (const stage of topology.stages.values())
    if (stage.type === 'machine_residual' && stage.outputs.features === topic)
      return segmentOf(stage.segment);
  return null;
}

const DEFAULT_LEARN = stageOptions.parse({
  type: 'machine_learn',
  input: 'features.machine',
  scores: 'machine.scores',
  outputs: { models: 'models' },
});
