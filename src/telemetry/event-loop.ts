import {
  type EventLoopUtilization,
  type IntervalHistogram,
  monitorEventLoopDelay,
  performance,
} from 'node:perf_hooks';
import type { Metrics } from './metrics.js';

const RESOLUTION_MS = 10;
const NANOSECONDS = 1e9;

/** How late and how busy the main event loop was since the last sample. Seconds, and a ratio from 0 to 1. */
export interface EventLoopSample {
  readonly p50Secs: number;
  readonly p99Secs: number;
  readonly maxSecs: number;
  readonly utilization: number;
}

/**
 * Watches the event loop of this thread: heartbeats and timers run there, so a delay near the session timeout means
 * that partitions will be lost.
 */
export class EventLoopMonitor {
  readonly #histogram: IntervalHistogram;
  #before: EventLoopUtilization;

  constructor() {
    this.#histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#histogram.enable();
    this.#before = performance.eventLoopUtilization();
  }

  /** What happened since the last call, or since the start. */
  sample(): EventLoopSample {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#before);
    this.#before = now;
    const sample = {
      p50Secs: this.#delay(this.#histogram.percentile(50)),
      p99Secs: this.#delay(this.#histogram.percentile(99)),
      maxSecs: this.#delay(this.#histogram.max),
      utilization,
    };
    this.#histogram.reset();
    return sample;
  }

  /** Samples into the metrics. */
  record(metrics: Metrics): void {
    const sample = this.sample();
    metrics.eventLoopDelaySeconds.set({ quantile: '0.5' }, sample.p50Secs);
    metrics.eventLoopDelaySeconds.set({ quantile: '0.99' }, sample.p99Secs);
    metrics.eventLoopDelaySeconds.set({ quantile: '1' }, sample.maxSecs);
    metrics.eventLoopUtilization.set(sample.utilization);
  }

  close(): void {
    this.#histogram.disable();
  }

  /** The histogram holds the time between ticks of a timer: what exceeds its period is delay. Empty: no delay. */
  #delay(nanoseconds: number): number {
    if (this.#histogram.count === 0) return 0;
    return Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000);
  }
}
