import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client';
import { METRICS, type MetricEntry, type MetricKey } from './metrics-catalogue.js';

type Catalogue = typeof METRICS;
type Label<K extends MetricKey> = Catalogue[K]['labels'][number];

/** The metrics of the catalogue, each with its own labels: `metrics.lag.set({ stage, topic, partition }, 12)`. */
export type Metrics = {
  readonly [K in MetricKey]: Catalogue[K]['type'] extends 'counter'
    ? Counter<Label<K>>
    : Catalogue[K]['type'] extends 'gauge'
      ? Gauge<Label<K>>
      : Histogram<Label<K>>;
};

export interface MetricsOptions {
  /** Also prom-client's metrics of this process: CPU, memory, garbage collection. Default false. */
  readonly ofProcess?: boolean;
}

/** Makes every metric of the catalogue in `registry`. A registry can hold them once. */
export function createMetrics(registry: Registry, options: MetricsOptions = {}): Metrics {
  if (options.ofProcess) collectDefaultMetrics({ register: registry });
  const metrics = Object.fromEntries(
    Object.entries(METRICS).map(([key, entry]) => [key, createMetric(entry, registry)]),
  );
  // The loop over the catalogue makes exactly these keys and types; the compiler can't follow it.
  return metrics as unknown as Metrics;
}

function createMetric(entry: MetricEntry, registry: Registry): Counter | Gauge | Histogram {
  const base = { name: entry.name, help: entry.help, labelNames: entry.labels, registers: [registry] };
  if (entry.type === 'counter') return new Counter(base);
  if (entry.type === 'gauge') return new Gauge(base);
  return new Histogram(entry.buckets ? { ...base, buckets: [...entry.buckets] } : base);
}
