import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.js';
import { METRICS, type MetricEntry } from './metrics-catalogue.js';
import { renderMetricsPage } from './metrics-page.js';

const entries = Object.values<MetricEntry>(METRICS);

describe('createMetrics', () => {
  it('exposes a counter with its labels in the given registry', async () => {
    const registry = new Registry();
    const metrics = createMetrics(registry);
    metrics.errors.inc({ error_type: 'RECORD_NOT_AVRO', stage: 'listen' });
    expect(await registry.metrics()).toContain(
      'plantsense_component_errors_total{error_type="RECORD_NOT_AVRO",stage="listen"} 1',
    );
  });

  it('makes every metric of the catalogue, of the right type', async () => {
    const registry = new Registry();
    createMetrics(registry);
    const made = await registry.getMetricsAsJSON();
    expect(made.map(({ name, type }) => ({ name, type: String(type) }))).toEqual(
      entries.map(({ name, type }) => ({ name, type })),
    );
  });

  it('refuses a label that the catalogue does not know', () => {
    const metrics = createMetrics(new Registry());
    // @ts-expect-error the compiler refuses it too
    expect(() => metrics.lag.set({ room: 'x' }, 1)).toThrow(/label/i);
  });

  it('adds the metrics of the process only when asked', async () => {
    const registry = new Registry();
    createMetrics(registry, { ofProcess: true });
    expect(await registry.metrics()).toContain('process_resident_memory_bytes');
  });

  it('keeps two registries apart', async () => {
    const [first, second] = [new Registry(), new Registry()];
    createMetrics(first).lateAcks.inc({ stage: 'a' });
    createMetrics(second);
    expect(await second.metrics()).not.toContain('late_acks_total{stage="a"}');
  });
});

describe('the catalogue of metrics', () => {
  it('names each metric once, in snake case behind the prefix, counters with _total', () => {
    expect(new Set(entries.map(entry => entry.name)).size).toBe(entries.length);
    for (const { name, type } of entries) {
      expect(name).toMatch(/^plantsense_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
    }
  });

  it('uses base units only', () => {
    for (const { name } of entries)
      expect(name).not.toMatch(/_(ms|millis|milliseconds|us|kb|mb|percent|minutes)(_|$)/);
  });

  it('explains each metric in a sentence and gives buckets, in order, to histograms only', () => {
    for (const { help, type, buckets } of entries) {
      expect(help).toMatch(/^[A-Z0-9].*\.$/);
      expect(buckets !== undefined).toBe(type === 'histogram');
      if (buckets) expect([...buckets].sort((a, b) => a - b)).toEqual(buckets);
    }
  });

  it('agrees with docs/reference/metrics.md (write it again with: npx vitest run src/telemetry -u)', async () => {
    await expect(renderMetricsPage()).toMatchFileSnapshot('../../docs/reference/metrics.md');
  });
});
