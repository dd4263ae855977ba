import type { Admin, TopicDescription } from '../broker/port.js';

export interface ListedTopic extends TopicDescription {
  /** Messages between the first offset that is kept and the last; a compacted topic may hold fewer. */
  readonly messages: number;
}

/** The topics of a broker with what is in them, sorted by name. */
export async function listTopics(admin: Admin): Promise<readonly ListedTopic[]> {
  const listed: ListedTopic[] = [];
  for (const name of [...(await admin.listTopics())].sort()) {
    const description = await admin.describeTopic(name);
    // Deleted in between.
    if (!description) continue;
    const offsets = await admin.offsets(name);
    const messages = offsets.reduce((sum, { earliest, latest }) => sum + latest - earliest, 0);
    listed.push({ ...description, messages });
  }
  return listed;
}
