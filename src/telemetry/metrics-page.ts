import { METRICS, type MetricEntry } from './metrics-catalogue.js';

/** `docs/reference/metrics.md`, from the catalogue. */
export function renderMetricsPage(): string {
  const rows = Object.values<MetricEntry>(METRICS).map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.map(label => `\`${label}\``).join(', ')} | ${help} |`,
  );
  return `# Metrics

Generated from \`src/telemetry/metrics-catalogue.ts\`; a test fails when the two differ.

\`GET /metrics\` gives them in Prometheus's text format. Units are Prometheus's base units: seconds, bytes, ratios from
0 to 1. \`stage\` is the name of a stage in the topology, \`error_type\` a code of the [error catalogue](errors.md).
Beside these there are prom-client's default metrics of the process (\`process_*\`, \`nodejs_*\`).

| metric | type | labels | meaning |
|---|---|---|---|
${rows.join('\n')}
`;
}
