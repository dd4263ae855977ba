import { setTimeout as delay } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { EventLoopMonitor } from './event-loop.js';
import { createMetrics } from './metrics.js';

const block = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('EventLoopMonitor', () => {
  let monitor: EventLoopMonitor;
  afterEach(() => monitor.close());

  it('sees that the event loop was blocked, and forgets it with the next sample', async () => {
    monitor = new EventLoopMonitor();
    await delay(30);
    block(200);
    await delay(30);
    expect(monitor.sample().maxSecs).toBeGreaterThan(0.1);
    expect(monitor.sample().maxSecs).toBeLessThan(0.1);
  });

  it('gives zeros, not infinities, when nothing has been measured', () => {
    monitor = new EventLoopMonitor();
    const { p50Secs, p99Secs, maxSecs } = monitor.sample();
    expect([p50Secs, p99Secs, maxSecs]).toEqual([0, 0, 0]);
  });

  it('records into the metrics', async () => {
    monitor = new EventLoopMonitor();
    const registry = new Registry();
    monitor.record(createMetrics(registry));
    expect(await registry.metrics()).toMatch(/event_loop_delay_seconds\{quantile="0.99"\} \d/);
  });
});
