/** Units at the end of option names: what they measure, and how many of its base unit. */
const UNITS: Readonly<Record<string, { readonly measure: string; readonly factor: number }>> = {
  us: { measure: 'time', factor: 1e-6 },
  ms: { measure: 'time', factor: 1e-3 },
  millis: { measure: 'time', factor: 1e-3 },
  s: { measure: 'time', factor: 1 },
  sec: { measure: 'time', factor: 1 },
  secs: { measure: 'time', factor: 1 },
  seconds: { measure: 'time', factor: 1 },
  min: { measure: 'time', factor: 60 },
  mins: { measure: 'time', factor: 60 },
  minutes: { measure: 'time', factor: 60 },
  hour: { measure: 'time', factor: 3600 },
  hours: { measure: 'time', factor: 3600 },
  days: { measure: 'time', factor: 86_400 },
  hz: { measure: 'frequency', factor: 1 },
  khz: { measure: 'frequency', factor: 1000 },
  bytes: { measure: 'size', factor: 1 },
  kb: { measure: 'size', factor: 1000 },
  kib: { measure: 'size', factor: 1024 },
  mb: { measure: 'size', factor: 1e6 },
  mib: { measure: 'size', factor: 1_048_576 },
  gb: { measure: 'size', factor: 1e9 },
  gib: { measure: 'size', factor: 1_073_741_824 },
  db: { measure: 'level', factor: 1 },
  dbfs: { measure: 'level', factor: Number.NaN },
  spl: { measure: 'level', factor: Number.NaN },
  db_spl: { measure: 'level', factor: Number.NaN },
};

export interface KeySuggestion {
  readonly kind: 'unit' | 'spelling';
  readonly key: string;
  /** The value in the right unit, when it can be converted. */
  readonly value: number | null;
}

/** What an unknown option was probably meant to be: the same name with another unit, or a slip of the fingers. */
export function suggestKey(key: string, value: unknown, known: readonly string[]): KeySuggestion | null {
  const written = splitUnit(key);
  for (const candidate of known) {
    const { stem, unit } = splitUnit(candidate);
    if (unit === null || stem !== written.stem) continue;
    return { kind: 'unit', key: candidate, value: convert(value, written.unit, unit) };
  }
  const nearest = nearestWord(key, known);
  return nearest === null ? null : { kind: 'spelling', key: nearest, value: null };
}

/** The word of `known` that `word` most likely was meant to be; null when none is near. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.floor(word.length / 3) + 1;
  for (const candidate of known) {
    const distance = editDistance(normalize(word), normalize(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Letters to insert, delete, change or swap with their neighbour to make one word from the other (optimal string
 * alignment, Damerau 1964).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

function splitUnit(key: string): { stem: string; unit: string | null } {
  const words = snakeCase(key).split('_');
  for (const length of [2, 1]) {
    const unit = words.slice(-length).join('_');
    if (words.length > length && Object.hasOwn(UNITS, unit))
      return { stem: words.slice(0, -length).join('_'), unit };
  }
  return { stem: words.join('_'), unit: null };
}

function convert(value: unknown, from: string | null, to: string): number | null {
  const [source, target] = [from === null ? undefined : UNITS[from], UNITS[to]];
  if (typeof value !== 'number' || !source || !target || source.measure !== target.measure) return null;
  const converted = Number(((value * source.factor) / target.factor).toPrecision(12));
  return Number.isFinite(converted) ? converted : null;
}

/** `maxDuration` and `max-duration` are `max_duration`. */
function snakeCase(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
}

function normalize(word: string): string {
  return snakeCase(word).replaceAll('_', '');
}
