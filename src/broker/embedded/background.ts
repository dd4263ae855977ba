import type { CommitStore } from './commit-store.js';
import type { PartitionLog } from './partition-log.js';
import type { TopicCatalog } from './topic-catalog.js';

export interface BackgroundOptions {
  /** `null`: only when a segment is full, and at the end. */
  readonly fsyncIntervalMs: number | null;
  readonly upkeepIntervalMs: number;
  readonly now: () => number;
  readonly warn: (message: string, error?: unknown) => void;
}

/** Tombstones stay this long after they were sent, so that a reader that lags sees them. */
const TOMBSTONE_RETENTION_MS = 24 * 3_600_000;

/** What a broker does by itself: syncing, retention and compaction. */
export class Background {
  private readonly catalog: TopicCatalog;
  private readonly commits: CommitStore;
  private readonly options: BackgroundOptions;
  private readonly timers: NodeJS.Timeout[];

  constructor(catalog: TopicCatalog, commits: CommitStore, options: BackgroundOptions) {
    this.catalog = catalog;
    this.commits = commits;
    this.options = options;
    this.timers = [every(options.upkeepIntervalMs, () => this.upkeep())];
    if (options.fsyncIntervalMs !== null) {
      this.timers.push(every(options.fsyncIntervalMs, () => this.flush()));
    }
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** Retention and compaction, where they are due. */
  async upkeep(): Promise<void> {
    await this.commits
      .upkeep()
      .catch(error => this.warnOf(this.commits, 'Compacting the commits failed', error));
    for (const { name, config, logs } of [...this.catalog.all()]) {
      for (const log of logs) {
        const done = config.cleanupPolicy === 'compact' ? this.compactIfNeeded(log) : log.expire(config);
        await done.catch(error => this.warnOf(log, `Cleaning up topic ${name} failed`, error));
      }
    }
  }

  /** Forces everything onto the disk. */
  async flush(): Promise<void> {
    const logs = [...this.catalog.all()].flatMap(topic => topic.logs);
    const flushes = logs.map(log =>
      log.flush().catch(error => this.warnOf(log, `Saving ${log.directory} failed`, error)),
    );
    await Promise.all([
      this.commits.flush().catch(error => this.warnOf(this.commits, 'Saving the commits failed', error)),
      ...flushes,
    ]);
  }

  /** Compacts everything that a topic holds now. */
  async compact(topic: string): Promise<void> {
    for (const log of this.catalog.get(topic).logs) {
      await log.rollOver();
      await this.compactLog(log);
    }
  }

  private async compactIfNeeded(log: PartitionLog): Promise<void> {
    if (log.needsCompaction) await this.compactLog(log);
  }

  private compactLog(log: PartitionLog): Promise<void> {
    return log.compact(this.options.now() - TOMBSTONE_RETENTION_MS);
  }

  private warnOf(log: { readonly isOver: boolean }, message: string, error: unknown): void {
    // A log that was closed or deleted meanwhile has nothing to be told.
    if (!log.isOver) this.options.warn(message, error);
  }
}

/** Runs an operation now and then. A slow one is not started again before it has ended. */
function every(intervalMs: number, operation: () => Promise<void>): NodeJS.Timeout {
  let running = false;
  return setInterval(() => {
    if (running) return;
    running = true;
    void operation().finally(() => {
      running = false;
    });
  }, intervalMs).unref();
}
