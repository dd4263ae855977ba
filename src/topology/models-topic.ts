import type { Topology } from './topology.js';

/** Where a topology's models are announced: what its first scoring stage reads, or its first learning stage writes. */
export function modelsTopicOf({ stages }: Topology): string {
  const all = [...stages.values()];
  for (const stage of all) if ('models' in stage) return stage.models;
  for (const stage of all) if ('outputs' in stage && 'models' in stage.outputs) return stage.outputs.models;
  return 'models';
}
