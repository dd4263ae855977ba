/** A member of a group in a process of its own, which a test can stop, wake and kill. Tells what happens on stdout. */
import type { AssignedPartition } from '../../src/broker/port.js';
import { openClient } from './client.js';

const [brokers, group, topic, memberName, sessionTimeoutMs] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const tell = (what: string): void => {
  process.stdout.write(`${what}\n`);
};
const numbers = (partitions: readonly AssignedPartition[]) => partitions.map(p => p.partition).join();

/** Commits all the time, as a stage under load does. */
async function commitOn(partition: AssignedPartition): Promise<void> {
  for (let offset = 0; ; offset++) {
    try {
      await partition.commit({ offset, metadata: `by ${process.pid}` });
    } catch (error) {
      return tell(`refused ${(error as { code: string }).code} ${partition.partition}`);
    }
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

const broker = await openClient(brokers);
await broker.join(
  {
    group,
    topics: [topic],
    sessionTimeoutMs: Number(sessionTimeoutMs),
    ...(memberName === '' ? {} : { memberName }),
  },
  {
    assigned: partitions => {
      tell(`assigned ${numbers(partitions)}`);
      for (const partition of partitions) void commitOn(partition);
    },
    revoked: async partitions => tell(`revoked ${numbers(partitions)}`),
    lost: partitions => tell(`lost ${numbers(partitions)}`),
    failed: error => tell(`failed ${(error as Error & { code: string }).code}`),
  },
);
