import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { workerEntry } from '../../entry.js';
import { readTopic, text } from '../conformance/messages.js';
import { CoreBroker } from './core-broker.js';
import { LocalCore } from './local-core.js';
import { scratchDirectories } from './testing/scratch.js';

const PARTITIONS = 3;
const KILLS = 24;

/** What the writer told of its work before it was killed. */
interface Acknowledged {
  /** The last number that was acknowledged for each partition. */
  readonly sent: number[];
  /** The last offset whose commit was acknowledged. */
  readonly committed: number[];
}

/** Runs the writer, kills it after `delayMs`, and gives what it had been told by then. */
async function runAndKill(directory: string, delayMs: number, known: Acknowledged): Promise<void> {
  const { path, execArgv } = workerEntry(import.meta.url, './testing/writer.worker');
  const child = fork(path, [directory, String(PARTITIONS)], { execArgv });
  const started = once(child, 'message');
  child.on('message', (message: { sent?: [number, number]; committed?: [number, number] }) => {
    if (message.sent) known.sent[message.sent[0]] = message.sent[1];
    if (message.committed) known.committed[message.committed[0]] = message.committed[1];
  });
  const exited = once(child, 'exit');
  await started;
  await sleep(delayMs);
  child.kill('SIGKILL');
  await exited;
}

describe('kill -9 of the process that owns the log', () => {
  const scratch = scratchDirectories();

  it(`loses nothing that was acknowledged, ${KILLS} times`, async () => {
    const directory = await scratch();
    const known: Acknowledged = {
      sent: Array.from({ length: PARTITIONS }, () => -1),
      committed: Array.from({ length: PARTITIONS }, () => -1),
    };
    for (let kill = 0; kill < KILLS; kill++) {
      // Any moment from the first write on; prime steps, so that the kills land in different places.
      await runAndKill(directory, (kill * 17) % 83, known);

      const core = await LocalCore.open(directory);
      const partitions = await readTopic(new CoreBroker(core), 't');
      const commits = await core.groupCommits('g', 't');
      for (const [partition, messages] of partitions.entries()) {
        // The writer goes on with the number after the last one in the log, so each is there once, in order.
        expect(messages.map(m => m.offset)).toEqual(messages.map((_, i) => i));
        expect(messages.map(m => Number(text(m.value)!.split(' ')[0]))).toEqual(messages.map((_, i) => i));
        expect(messages.length).toBeGreaterThan(known.sent[partition]!);
        const commit = commits.get(partition)?.offset ?? -1;
        expect(commit).toBeGreaterThanOrEqual(known.committed[partition]!);
        expect(commit).toBeLessThanOrEqual(messages.length);
      }
      await core.close();
    }
    // It did work in between.
    expect(Math.min(...known.sent)).toBeGreaterThan(KILLS);
    expect(Math.min(...known.committed)).toBeGreaterThan(0);
  });
});
