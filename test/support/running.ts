import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { eventually } from '../../src/broker/conformance/eventually.js';
import type { Broker, OutgoingMessage } from '../../src/broker/port.js';
import { createLog, type LogLevel } from '../../src/telemetry/log.js';
import { type RunningTopology, type RunOptions, startTopology } from '../../src/topology/running.js';
import { applyTopics, checkTopics } from '../../src/topology/topics-apply.js';
import { groupName } from '../../src/topology/topology.js';
import { readTopic } from './read-topic.js';
import { type TopologyChanges, topologyOf, topologyYaml } from './topology.js';

/** Silent unless `TEST_LOG` names a level. */
export const testLog = createLog({ level: (process.env.TEST_LOG as LogLevel | undefined) ?? 'silent' });

/** Gives directories that are removed after each test, or after all of them. Call it in a `describe`. */
export function dataDirectories(lifetime: 'test' | 'file' = 'test'): () => Promise<string> {
  const made: string[] = [];
  (lifetime === 'test' ? afterEach : afterAll)(async () => {
    for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
  });
  return async () => {
    const directory = await mkdtemp(join(tmpdir(), 'plantsense-run-'));
    made.push(directory);
    return directory;
  };
}

/** Starts the test's topology. */
export function start(
  changes: TopologyChanges,
  options: Pick<RunOptions, 'decorate' | 'stages'> = {},
): Promise<RunningTopology> {
  const topology = topologyOf(topologyYaml(changes));
  return startTopology({ topology, log: testLog, version: 'test', http: false, ...options });
}

/** Starts a topology, lets `work` use it, and stops it whatever happens. */
export async function running<T>(
  changes: TopologyChanges,
  work: (topology: RunningTopology) => Promise<T>,
  options: Pick<RunOptions, 'decorate' | 'stages'> = {},
): Promise<T> {
  const topology = await start(changes, options);
  try {
    return await work(topology);
  } finally {
    await topology.stop();
  }
}

/** Waits until a topology has done all that its inputs hold. @throws when that takes longer */
export async function untilCaughtUp(topology: RunningTopology, timeoutMs = 60_000): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  await topology.untilCaughtUp(signal);
  // It ends without a word when it is told to.
  if (signal.aborted) throw new Error(`The topology has not caught up within ${timeoutMs} ms.`);
}

/** Appends messages in their order. */
export async function sendAll(
  broker: Broker,
  topic: string,
  messages: readonly OutgoingMessage[],
): Promise<void> {
  const producer = await broker.producer();
  for (let i = 0; i < messages.length; i += 100) await producer.send(topic, messages.slice(i, i + 100));
  await producer.close();
}

/** A topology's topics, made anew: nothing of an earlier run is left on a broker that several runs share. */
export async function renewTopics(broker: Broker, changes: TopologyChanges): Promise<void> {
  const topology = topologyOf(topologyYaml(changes));
  for (const topic of topology.topics.keys()) await broker.admin.deleteTopic(topic);
  await eventually('the old topics are gone', async () => {
    const left = await broker.admin.listTopics();
    return [...topology.topics.keys()].every(topic => !left.includes(topic));
  });
  await applyTopics(broker.admin, await checkTopics(broker.admin, topology));
}

/**
 * Waits until the groups have committed the ends of their inputs, whoever their members are. Streams must have ended:
 * what is open holds its commit back.
 */
export async function untilCommitted(broker: Broker, changes: TopologyChanges): Promise<void> {
  const topology = topologyOf(topologyYaml(changes));
  // In the order of the flow: when a stage is done, the inputs of the next one grow no more.
  for (const [stage, inputs] of [
    ['listen', ['audio.raw']],
    ['assign', ['features.noise']],
    [
      'store',
      [...topology.topics.keys()].filter(
        topic => !/^(audio\.raw|features\.noise|store\.dead-letter)$/.test(topic),
      ),
    ],
  ] as const) {
    for (const topic of inputs) {
      await eventually(
        `${stage} has committed ${topic}`,
        async () => {
          const commits = await broker.admin.groupCommits(groupName(topology, stage), topic);
          const offsets = await broker.admin.offsets(topic);
          return offsets.every(
            ({ partition, latest }) => latest === 0 || commits.get(partition)?.offset === latest,
          );
        },
        60_000,
      );
    }
  }
}

/** A model that was learnt in a run: what it announced, and its artefact. */
export interface LearntModel {
  readonly directory: string;
  readonly announcements: readonly OutgoingMessage[];
}

export async function learntModel(broker: Broker, dataDir: string): Promise<LearntModel> {
  const announcements: OutgoingMessage[] = [];
  await readTopic(broker, 'models', ({ key, value }) => announcements.push({ key, value }));
  return { directory: join(dataDir, 'models'), announcements };
}

/** Gives another run the same models, before it hears anything. */
export async function installModel(model: LearntModel, broker: Broker, dataDir: string): Promise<void> {
  await cp(model.directory, join(dataDir, 'models'), { recursive: true });
  await sendAll(broker, 'models', model.announcements);
}
