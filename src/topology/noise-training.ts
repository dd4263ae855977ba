import {
  type LogMelOptions,
  type NoiseLearnOptions,
  type NoiseModelOptions,
  noiseModelOptions,
  stageOptions,
} from './stage-options.js';
import type { Topology } from './topology.js';

/** How a topology learns: topics, model, window, and the tensors that it learns from. */
export interface NoiseTraining extends Pick<NoiseLearnOptions, 'input' | 'model' | 'windowHours'> {
  readonly modelsTopic: string;
  readonly logMel: LogMelOptions;
}

/** What the first learning stage and the first listening stage of a topology say; the defaults where it has none. */
export function noiseTraining(topology: Topology): NoiseTraining {
  const stages = [...topology.stages.values(), DEFAULT_LEARN, DEFAULT_LISTEN];
  const learn = stages.find(stage => stage.type === 'noise_learn')!;
  const listen = stages.find(stage => stage.type === 'noise_events')!;
  const { input, outputs, model, windowHours } = learn;
  return { input, modelsTopic: outputs.models, model, windowHours, logMel: listen.logMel };
}

/** What the tensors of a topic are made with; null when no stage of the topology writes it. */
export function logMelOf(topology: Topology, topic: string): LogMelOptions | null {
  for (const stage of topology.stages.values())
    if (stage.type === 'noise_events' && stage.outputs.features === topic) return stage.logMel;
  return null;
}

/** A model of another type: what every type takes stays as it is, the rest has its defaults. */
export function modelOfType(model: NoiseModelOptions, type: NoiseModelOptions['type']): NoiseModelOptions {
  if (type === model.type) return model;
  const { groups, minGroups, maxGroups, novelQuantile, seed } = model;
  return { ...noiseModelOptions.parse({ type }), groups, minGroups, maxGroups, novelQuantile, seed };
}

const DEFAULT_LEARN = stageOptions.parse({
  type: 'noise_learn',
  input: 'features.noise',
  outputs: { models: 'models' },
});

const DEFAULT_LISTEN = stageOptions.parse({
  type: 'noise_events',
  input: 'audio.raw',
  outputs: {
    levels: 'noise.levels',
    events: 'noise.events',
    features: 'features.noise',
    alarms: 'alarms',
    dead_letter: 'audio.raw.dead-letter',
  },
});
