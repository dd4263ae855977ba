import type { Broker, GroupOptions, Producer } from '../broker/port.js';
import type { ConsumeObserver } from '../stream/consume.js';
import type { Lane } from '../stream/lane.js';
import type { Backoff } from '../stream/retry.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';

/** What every stage gets from whoever runs it. */
export interface StageContext {
  /** The stage's name in the topology. */
  readonly name: string;
  readonly broker: Broker;
  readonly producer: Producer;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly backoff: Backoff;
  /** The consumer group, without its topics. */
  readonly group: Omit<GroupOptions, 'topics'>;
  readonly creditBytes: number;
  readonly commitIntervalMs: number;
  /** Told of the lanes that come and go. */
  readonly observer: ConsumeObserver;
  /** Directory of models and clips. */
  readonly dataDir: string;
  /** Wall clock, for measuring and retention only. */
  readonly now: () => number;
}

/** A stage that runs. */
export interface RunningStage {
  /** Lanes of the topics that it consumes now. */
  readonly lanes: readonly Lane[];
  readonly inputs: readonly string[];
  /** Whether it has lanes at all; a stage that only looks at its input has none. */
  readonly consumes: boolean;
  /** What it waits for or works on beyond its lanes, for people; null when there is nothing to say. */
  readonly detail: string | null;
  /** True while what lies in its inputs has to wait for something else: a first model. */
  readonly waiting: boolean;
  /** Resolves after `stop`; rejects with what ended it. */
  readonly done: Promise<void>;
  /** Whether there is work that no lag shows: a fit that is due or under way, an announcement that is not read. */
  isBusy(): Promise<boolean>;
  /** Drains, commits, leaves. */
  stop(): Promise<void>;
}
