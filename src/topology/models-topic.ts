import type { StageType } from './stage-options.js';
import type { Topology } from './topology.js';

/** Methods of the stages that score by models or learn them. */
const METHOD_OF: Partial<Record<StageType, string>> = {
  noise_assign: 'noise',
  noise_learn: 'noise',
  machine_residual: 'machine',
  machine_learn: 'machine',
  image_assign: 'image',
  image_learn: 'image',
};

const DEFAULT_TOPIC = 'models';

/**
 * Where a topology's models of a method are announced: what its first scoring stage reads, or its first learning stage writes;
 * where it has neither, as for the first method that it has.
 */
export function modelsTopicOf(topology: Topology, method: string): string {
  const topics = modelTopics(topology);
  return topics.get(method) ?? [...topics.values()][0] ?? DEFAULT_TOPIC;
}

/** Every topic that announces models of a topology. */
export function allModelsTopics(topology: Topology): readonly string[] {
  const topics = [...new Set(modelTopics(topology).values())];
  return topics.length > 0 ? topics : [DEFAULT_TOPIC];
}

/** By method. */
function modelTopics({ stages }: Topology): ReadonlyMap<string, string> {
  const topics = new Map<string, string>();
  const add = (type: StageType, topic: string) => {
    const method = METHOD_OF[type];
    if (method !== undefined && !topics.has(method)) topics.set(method, topic);
  };
  for (const stage of stages.values()) if ('models' in stage) add(stage.type, stage.models);
  for (const stage of stages.values())
    if ('outputs' in stage && 'models' in stage.outputs) add(stage.type, stage.outputs.models);
  return topics;
}
