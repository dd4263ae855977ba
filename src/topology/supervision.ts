import type { Broker } from '../broker/port.js';
import type { RunningStage } from '../stages/stage.js';
import type { Lane } from '../stream/lane.js';
import { type Stall, StallWatchdog, type Watched } from '../stream/stall-watchdog.js';
import type { Health } from '../telemetry/health.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';

/** Looks after running stages: gauges, health, and the watchdog for partitions that stand still. */
export class Supervision {
  readonly #stages: ReadonlyMap<string, RunningStage>;
  readonly #metrics: Metrics;
  readonly #health: Health;
  readonly #log: Log;
  readonly #admin: Pick<Broker['admin'], 'offsets'>;
  readonly #watchdogs = new Map<string, StallWatchdog>();
  /** Ends of the partitions of a topic, as the broker says: a fetch that hangs learns of no new messages. */
  readonly #ends = new Map<string, ReadonlyMap<number, number>>();

  constructor(
    stages: ReadonlyMap<string, RunningStage>,
    admin: Pick<Broker['admin'], 'offsets'>,
    stallAfterMs: number,
    { metrics, health, log, now }: { metrics: Metrics; health: Health; log: Log; now: () => number },
  ) {
    this.#stages = stages;
    this.#admin = admin;
    this.#metrics = metrics;
    this.#health = health;
    this.#log = log;
    for (const name of stages.keys()) this.#watchdogs.set(name, new StallWatchdog(stallAfterMs, now));
  }

  /** Call at an interval. */
  look(): void {
    for (const [name, stage] of this.#stages) {
      this.#gauges(name, stage);
      const stalls = stage.waiting ? [] : this.#watchdogs.get(name)!.check(this.#watched(stage));
      this.#metrics.stalledPartitions.set({ stage: name }, stalls.length);
      for (const stall of stalls)
        this.#log.error({ stage: name, ...stall }, 'A partition with lag does not move.');
      const [stall] = stalls;
      if (stall) this.#health.set(`stage ${name}`, 'stalled', describeStall(stall));
      else this.#health.set(`stage ${name}`, stage.waiting ? 'waiting' : 'ready', stage.detail ?? '');
    }
  }

  /** Asks the broker for the ends of all inputs. One that is away changes nothing: the stages tell of it themselves. */
  async refresh(): Promise<void> {
    const topics = new Set([...this.#stages.values()].flatMap(({ inputs }) => inputs));
    for (const topic of topics) {
      const offsets = await this.#admin.offsets(topic).catch(() => null);
      if (offsets)
        this.#ends.set(topic, new Map(offsets.map(({ partition, latest }) => [partition, latest])));
    }
  }

  #lagOf({ topic, partition, lag, processed }: Lane): number {
    const end = this.#ends.get(topic)?.get(partition) ?? 0;
    return Math.max(lag, end - processed);
  }

  *#watched(stage: RunningStage): Generator<Watched> {
    for (const lane of stage.lanes) {
      const { topic, partition, received, processed } = lane;
      yield { topic, partition, received, lag: this.#lagOf(lane), position: processed };
    }
  }

  #gauges(stage: string, { lanes }: RunningStage): void {
    const { lag, stagePosition, holdBack, pendingEvents, creditInUseBytes, assignedPartitions } =
      this.#metrics;
    let inUse = 0;
    for (const lane of lanes) {
      const labels = { stage, topic: lane.topic, partition: lane.partition };
      lag.set(labels, this.#lagOf(lane));
      stagePosition.set(labels, lane.watermark.position);
      holdBack.set(labels, lane.watermark.position - lane.watermark.holdBack);
      pendingEvents.set(labels, lane.watermark.pending);
      inUse += lane.credit.inUseBytes;
    }
    creditInUseBytes.set({ stage }, inUse);
    assignedPartitions.set({ stage }, lanes.length);
  }
}

function describeStall({ topic, partition, lag, stalledMs }: Stall): string {
  return `${topic} ${partition} has not moved for ${Math.round(stalledMs / 1000)} s with ${lag} messages waiting`;
}
