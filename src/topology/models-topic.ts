import type { Topology } from './topology.js';

/** Where a topology's models are announced: what its first scoring stage reads, or its first learning stage writes. */
export function modelsTopicOf({ stages }: Topology): string {
  const all = [...stages.values()];
  for (const stage of all)
    if (stage.type === 'noise_assign' || stage.type === 'machine_residual') return stage.models;
  for (const stage of all)
    if (stage.type === 'noise_learn' || stage.type === 'machine_learn') return stage.outputs.models;
  return 'models';
}
