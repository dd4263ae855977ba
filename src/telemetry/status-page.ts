import type { HealthReport } from './health.js';

/** What runs: shown by `/version` and on the status page. */
export interface VersionInfo {
  readonly name: string;
  readonly version: string;
  readonly node: string;
  readonly topology: string;
}

const REFRESH_SECS = 5;

/** The plain page at `/`: no scripts, reads well in a text browser, renews itself. */
export function renderStatusPage(version: VersionInfo, health: HealthReport): string {
  const rows = Object.entries(health.components).map(
    ([name, { state, detail, since }]) =>
      `<tr class="${state}"><td>${escapeHtml(name)}</td><td>${state}</td><td>${escapeHtml(since)}</td><td>${escapeHtml(detail)}</td></tr>`,
  );
  const verdict = health.ready ? 'ready' : 'not ready';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="${REFRESH_SECS}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(version.topology)}: ${verdict}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
.stalled, .failed, .retrying { color: #c33; }
</style>
</head>
<body>
<h1>${escapeHtml(version.topology)} is ${verdict}</h1>
<table>
<thead><tr><th>component</th><th>state</th><th>since</th><th>detail</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
<p>${escapeHtml(version.name)} ${escapeHtml(version.version)}, Node ${escapeHtml(version.node)} ·
<a href="/ready">ready</a> · <a href="/metrics">metrics</a> · <a href="/version">version</a></p>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => ENTITIES[character] ?? character);
}
