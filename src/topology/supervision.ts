import type { RunningStage } from '../stages/stage.js';
import { type Stall, StallWatchdog } from '../stream/stall-watchdog.js';
import type { Health } from '../telemetry/health.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';

/** Looks after running stages: gauges, health, and the watchdog for partitions that stand still. */
export class Supervision {
  readonly #stages: ReadonlyMap<string, RunningStage>;
  readonly #metrics: Metrics;
  readonly #health: Health;
  readonly #log: Log;
  readonly #watchdogs = new Map<string, StallWatchdog>();

  constructor(
    stages: ReadonlyMap<string, RunningStage>,
    stallAfterMs: number,
    { metrics, health, log, now }: { metrics: Metrics; health: Health; log: Log; now: () => number },
  ) {
    this.#stages = stages;
    this.#metrics = metrics;
    this.#health = health;
    this.#log = log;
    for (const name of stages.keys()) this.#watchdogs.set(name, new StallWatchdog(stallAfterMs, now));
  }

  /** Call at an interval. */
  look(): void {
    for (const [name, stage] of this.#stages) {
      this.#gauges(name, stage);
      const stalls = stage.waiting ? [] : this.#watchdogs.get(name)!.check(watched(stage));
      this.#metrics.stalledPartitions.set({ stage: name }, stalls.length);
      for (const stall of stalls)
        this.#log.error({ stage: name, ...stall }, 'A partition with lag does not move.');
      const [stall] = stalls;
      if (stall) this.#health.set(`stage ${name}`, 'stalled', describeStall(stall));
      else this.#health.set(`stage ${name}`, stage.waiting ? 'waiting' : 'ready', stage.detail ?? '');
    }
  }

  #gauges(stage: string, { lanes }: RunningStage): void {
    const { lag, stagePosition, holdBack, pendingEvents, creditInUseBytes, assignedPartitions } =
      this.#metrics;
    let inUse = 0;
    for (const lane of lanes) {
      const labels = { stage, topic: lane.topic, partition: lane.partition };
      lag.set(labels, lane.lag);
      stagePosition.set(labels, lane.watermark.position);
      holdBack.set(labels, lane.watermark.position - lane.watermark.holdBack);
      pendingEvents.set(labels, lane.watermark.pending);
      inUse += lane.credit.inUseBytes;
    }
    creditInUseBytes.set({ stage }, inUse);
    assignedPartitions.set({ stage }, lanes.length);
  }
}

function* watched(stage: RunningStage) {
  for (const { topic, partition, received, lag, watermark } of stage.lanes) {
    yield { topic, partition, received, lag, position: watermark.position };
  }
}

function describeStall({ topic, partition, lag, stalledMs }: Stall): string {
  return `${topic} ${partition} has not moved for ${Math.round(stalledMs / 1000)} s with ${lag} messages waiting`;
}
