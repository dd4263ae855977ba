import type { Broker } from '../broker/port.js';
import { codec, type RecordName } from '../records/codec.js';
import type { Records } from '../records/types.js';
import { decodedOrNull } from './decoded-or-null.js';
import { readToEnd } from './follow-topic.js';

/** All records of a kind that lie in a topic. None when there is no such topic yet; what can't be decoded is left out. */
export async function readRecords<N extends RecordName>(
  broker: Broker,
  topic: string,
  record: N,
  signal: AbortSignal,
): Promise<Records[N][]> {
  const records: Records[N][] = [];
  if (!(await broker.admin.describeTopic(topic))) return records;
  for await (const messages of readToEnd(broker, topic, signal)) {
    for (const { value } of messages) {
      const found = decodedOrNull(bytes => codec(record).decode(bytes), value);
      if (found) records.push(found);
    }
  }
  return records;
}
