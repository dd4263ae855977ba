/**
 * The fields of a record on one line for people: `sensor=press-7 residual=0.00041 detectors=[{detector=sudden ...} ...]`.
 * Times are UTC, numbers are rounded, the path of a group is 2/25/1.
 */
export function recordLine(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${showValue(name, value)}`)
    .join(' ');
}

function showValue(name: string, value: unknown): string {
  if (typeof value === 'number') return name.endsWith('Us') ? showTime(value) : showNumber(value);
  if (typeof value === 'string') return /^[^\s"=[\]{}]+$/.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value) && name === 'path' && value.length > 0) return value.join('/');
  if (Array.isArray(value)) return `[${value.map(each => showValue(name, each)).join(' ')}]`;
  return typeof value === 'object' && value !== null ? `{${recordLine({ ...value })}}` : String(value);
}

/** Levels and times need three decimals; residuals and probabilities may be much smaller than that. */
function showNumber(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return String(Number(Math.abs(value) < 1 ? value.toPrecision(4) : value.toFixed(3)));
}

/** Integer microseconds since the epoch. */
function showTime(us: number): string {
  const seconds = Math.floor(us / 1e6);
  const fraction = String(us - seconds * 1e6).padStart(6, '0');
  return new Date(seconds * 1000).toISOString().replace('000Z', `${fraction}Z`);
}
