import type { Admin, TopicDescription } from '../broker/port.js';
import { desiredTopics, planTopics, type TopicAction } from './topics-plan.js';
import type { Topology } from './topology.js';

/** Asks the broker what it has and says what would have to change. Changes nothing. */
export async function checkTopics(admin: Admin, topology: Topology): Promise<readonly TopicAction[]> {
  const desired = desiredTopics(topology);
  const described = new Map<string, TopicDescription | null>();
  for (const topic of desired.keys()) described.set(topic, await admin.describeTopic(topic));
  return planTopics(desired, described);
}

/** Carries out a plan. What is refused stays as it is: the caller says so. */
export async function applyTopics(admin: Admin, plan: readonly TopicAction[]): Promise<void> {
  for (const action of plan) {
    if (action.type === 'create') await admin.createTopic(action.topic, action.config);
    else if (action.type === 'alter') await admin.alterTopic(action.topic, action.config);
  }
}

/** One line for people: `audio.raw: alter partitions 4 → 8 (sensors move to other partitions; …)`. */
export function formatTopicAction(action: TopicAction): string {
  switch (action.type) {
    case 'keep':
      return `${action.topic}: as declared`;
    case 'create':
      return `${action.topic}: create with ${action.config.partitions} partitions`;
    case 'refuse':
      return `${action.topic}: refused. ${action.reason}`;
    case 'alter': {
      const changes = action.changes.map(({ setting, from, to, warning }) => {
        const note = warning === null ? '' : ` (${warning})`;
        return `${setting} ${from} → ${to}${note}`;
      });
      return `${action.topic}: alter ${changes.join(', ')}`;
    }
  }
}
