import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PlantsenseError } from '../../errors.js';
import { replaceFile, syncDirectory } from '../../files.js';
import type { TopicConfig, TopicDescription } from '../port.js';
import { diskError } from './disk-error.js';
import { type LogOptions, PartitionLog } from './partition-log.js';
import { Serial } from './serial.js';
import { checkTopicName, completeConfig } from './topic-config.js';

export interface Topic {
  readonly name: string;
  readonly incarnation: string;
  readonly config: TopicConfig;
  readonly logs: readonly PartitionLog[];
}

const DESCRIPTION = 'topic.json';

/**
 * The topics of a broker: `topics/NAME/topic.json` describes one, `topics/NAME/0` … hold its partitions. A topic comes
 * and goes by renaming its directory, so a crash leaves it whole or not there.
 */
export class TopicCatalog {
  private readonly topics = new Map<string, Topic>();
  private readonly changes = new Serial();
  private readonly directory: string;
  private readonly options: LogOptions;
  private readonly newId: () => string;

  private constructor(directory: string, options: LogOptions, newId: () => string) {
    this.directory = directory;
    this.options = options;
    this.newId = newId;
  }

  /** @throws PlantsenseError DATA_DIR_CORRUPT, DISK_FULL */
  static async open(directory: string, options: LogOptions, newId: () => string): Promise<TopicCatalog> {
    const catalog = new TopicCatalog(directory, options, newId);
    try {
      await catalog.load();
    } catch (error) {
      await catalog.close(true);
      throw diskError(error, directory);
    }
    return catalog;
  }

  get names(): string[] {
    return [...this.topics.keys()].sort();
  }

  all(): IterableIterator<Topic> {
    return this.topics.values();
  }

  find(name: string): Topic | undefined {
    return this.topics.get(name);
  }

  /** @throws PlantsenseError TOPIC_NOT_FOUND */
  get(name: string): Topic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw new PlantsenseError('TOPIC_NOT_FOUND', `There is no topic ${name}.`);
    return topic;
  }

  /** @throws PlantsenseError TOPIC_NOT_FOUND */
  log(name: string, partition: number): PartitionLog {
    const { logs } = this.get(name);
    const log = logs[partition];
    if (log !== undefined) return log;
    throw new PlantsenseError(
      'TOPIC_NOT_FOUND',
      `Topic ${name} has ${logs.length} partitions, no ${partition}.`,
    );
  }

  /** Does nothing when the topic is there. */
  create(name: string, config: TopicConfig): Promise<void> {
    checkTopicName(name);
    const complete = completeConfig(config);
    return this.change(async () => {
      if (this.topics.has(name)) return;
      const incarnation = this.newId();
      const fresh = join(this.directory, 'new', incarnation);
      await mkdir(fresh, { recursive: true });
      await writeDescription(fresh, { name, incarnation, ...complete });
      await rename(fresh, this.pathOf(name));
      await syncDirectory(join(this.directory, 'topics'));
      const logs = await this.openLogs(name, complete).catch(async error => {
        await rm(this.pathOf(name), { recursive: true, force: true });
        throw error;
      });
      this.topics.set(name, { name, incarnation, config: complete, logs });
    });
  }

  /** Replaces the settings and adds partitions. */
  alter(name: string, config: TopicConfig): Promise<void> {
    const complete = completeConfig(config);
    return this.change(async () => {
      const topic = this.get(name);
      if (complete.partitions < topic.logs.length) {
        throw new PlantsenseError(
          'PARAMETER_INVALID',
          `Topic ${name} has ${topic.logs.length} partitions; it can't have fewer (${complete.partitions}).`,
        );
      }
      await writeDescription(this.pathOf(name), { name, incarnation: topic.incarnation, ...complete });
      const added = await this.openLogs(name, complete, topic.logs.length);
      this.topics.set(name, { ...topic, config: complete, logs: [...topic.logs, ...added] });
    });
  }

  /** Gives the topic that was deleted, if there was one. */
  delete(name: string): Promise<Topic | undefined> {
    return this.change(async () => {
      const topic = this.topics.get(name);
      if (topic === undefined) return undefined;
      const trash = join(this.directory, 'trash');
      await mkdir(trash, { recursive: true });
      await rename(this.pathOf(name), join(trash, this.newId()));
      this.topics.delete(name);
      await Promise.all(topic.logs.map(log => log.close(true)));
      await rm(trash, { recursive: true, force: true });
      return topic;
    });
  }

  async close(abandon: boolean): Promise<void> {
    await this.changes.run(async () => {
      await Promise.all([...this.topics.values()].flatMap(({ logs }) => logs.map(log => log.close(abandon))));
    });
  }

  private async load(): Promise<void> {
    const topics = join(this.directory, 'topics');
    await mkdir(topics, { recursive: true });
    for (const leftover of ['new', 'trash']) {
      await rm(join(this.directory, leftover), { recursive: true, force: true });
    }
    for (const entry of await readdir(topics)) {
      const { name, incarnation, ...config } = await readDescription(this.pathOf(entry));
      this.topics.set(name, { name, incarnation, config, logs: await this.openLogs(name, config) });
    }
  }

  private async openLogs(name: string, config: TopicConfig, from = 0): Promise<PartitionLog[]> {
    // Retention works by whole segments: small enough ones make a small limit mean something.
    const segmentBytes = Math.min(
      this.options.segmentBytes,
      Math.max(1024 * 1024, (config.retentionBytes ?? Number.POSITIVE_INFINITY) / 8),
    );
    const partitions = Array.from({ length: config.partitions - from }, (_, i) => from + i);
    const opened = await Promise.allSettled(
      partitions.map(partition =>
        PartitionLog.open(join(this.pathOf(name), String(partition)), { ...this.options, segmentBytes }),
      ),
    );
    const failed = opened.find(result => result.status === 'rejected');
    const logs = opened.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []));
    if (failed === undefined) return logs;
    await Promise.all(logs.map(log => log.close(true)));
    throw failed.reason;
  }

  private pathOf(name: string): string {
    return join(this.directory, 'topics', name);
  }

  private change<T>(operation: () => Promise<T>): Promise<T> {
    return this.changes.run(() =>
      operation().catch(error => {
        throw diskError(error, this.directory);
      }),
    );
  }
}

function writeDescription(directory: string, description: TopicDescription): Promise<void> {
  return replaceFile(join(directory, DESCRIPTION), JSON.stringify(description, null, 2));
}

async function readDescription(directory: string): Promise<TopicDescription> {
  const path = join(directory, DESCRIPTION);
  try {
    const description = JSON.parse(await readFile(path, 'utf8')) as TopicDescription;
    // Under another name it would be a copy, and two logs would write the files of the original.
    if (description.name !== basename(directory)) throw new Error(`it describes ${description.name}`);
    checkTopicName(description.name);
    return { ...description, ...completeConfig(description) };
  } catch (error) {
    throw new PlantsenseError('DATA_DIR_CORRUPT', `${path} does not describe a topic.`, { cause: error });
  }
}
