import type { Topology } from './topology.js';

/** Where people's statements are: what a topology's first learning stage takes them from. */
export function labelsTopicOf({ stages }: Topology): string {
  for (const stage of stages.values())
    if (stage.type === 'image_learn' && stage.labels !== null) return stage.labels;
  return 'labels';
}
