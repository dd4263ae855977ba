import type { NoiseEvent } from '../records/types.js';
import type { ExpectedEvent } from './test-options.js';

/** What is looked at of an event. */
export type ObservedEvent = Pick<
  NoiseEvent,
  'onsetTimeUs' | 'durationSecs' | 'laeqDb' | 'lafmaxDb' | 'lcpeakDb' | 'closedBy'
>;

export interface ComparisonOptions {
  /** Event time of the input's first sample. */
  readonly inputStartUs: number;
  readonly toleranceSecs: number;
}

/**
 * What is wrong with the events that a topology found, one sentence each; empty when all is as expected. Each expected
 * event is paired with the nearest one that nobody else took, so that a missing event doesn't make the rest look wrong.
 */
export function compareEvents(
  expected: readonly ExpectedEvent[],
  observed: readonly ObservedEvent[],
  { inputStartUs, toleranceSecs }: ComparisonOptions,
): readonly string[] {
  const startOf = (event: ObservedEvent): number => (event.onsetTimeUs - inputStartUs) / 1e6;
  const pairs = new Map<ExpectedEvent, ObservedEvent>();
  const candidates = expected
    .flatMap(wanted =>
      observed.map(event => ({ wanted, event, off: Math.abs(startOf(event) - wanted.startSecs) })),
    )
    .filter(({ wanted, off }) => off <= (wanted.toleranceSecs ?? toleranceSecs) + ROUNDING)
    .sort((a, b) => a.off - b.off);
  const taken = new Set<ObservedEvent>();
  for (const { wanted, event } of candidates) {
    if (pairs.has(wanted) || taken.has(event)) continue;
    pairs.set(wanted, event);
    taken.add(event);
  }
  const failures = expected.flatMap(wanted => {
    const event = pairs.get(wanted);
    if (event) return differences(wanted, event, wanted.toleranceSecs ?? toleranceSecs);
    return [`There is no event at ${secs(wanted.startSecs)}.`];
  });
  const extra = observed.filter(event => !taken.has(event));
  return [
    ...failures,
    ...extra.map(
      event =>
        `There is an event that was not expected, at ${secs(startOf(event))}, of ${secs(event.durationSecs)}, LAeq ${db(event.laeqDb)}.`,
    ),
  ];
}

/** Times are sums of fractions of a second: a tolerance of 0.1 allows 0.1. */
const ROUNDING = 1e-9;

function differences(wanted: ExpectedEvent, event: ObservedEvent, toleranceSecs: number): readonly string[] {
  const place = `The event at ${secs(wanted.startSecs)}`;
  const failures: string[] = [];
  const { durationSecs: length } = wanted;
  if (length !== undefined && Math.abs(event.durationSecs - length) > toleranceSecs + ROUNDING)
    failures.push(
      `${place} lasts ${secs(event.durationSecs)}, not ${secs(length)} ± ${secs(toleranceSecs)}.`,
    );
  const levels = [
    ['LAeq', wanted.laeqDb, event.laeqDb],
    ['LAFmax', wanted.lafmaxDb, event.lafmaxDb],
    ['LCpeak', wanted.lcpeakDb, event.lcpeakDb],
  ] as const;
  for (const [name, bounds, level] of levels) {
    if (!bounds || (level !== null && level >= bounds.min && level <= bounds.max)) continue;
    failures.push(`${place} has an ${name} of ${db(level)}, not from ${bounds.min} to ${bounds.max} dB.`);
  }
  if (wanted.closedBy !== undefined && wanted.closedBy !== event.closedBy)
    failures.push(`${place} was ended by ${event.closedBy}, not by ${wanted.closedBy}.`);
  return failures;
}

function secs(value: number): string {
  return `${Number(value.toFixed(3))} s`;
}

function db(level: number | null): string {
  return level === null ? 'silence' : `${level.toFixed(1)} dB`;
}
