import type { Measure, ReadableColumn, RollupKey } from '../rollup.js';

/** Types of sums that must come out the same in any order: 30 decimals hold the energy of -120 dBFS to 18 digits. */
const ENERGY = 'Decimal(76, 30)';
const SECONDS = 'Decimal(38, 9)';

/** No sound is louder; a senseless value in a row must not overflow the sum. */
const MAX_DB = 300;

export const sensorKey: RollupKey = {
  name: 'sensor',
  type: 'LowCardinality(String)',
  comment: 'Id of the microphone.',
  value: 'source.sensor',
};

/** dB SPL and dBFS never enter one mean. */
export const calibratedKey: RollupKey = {
  name: 'calibrated',
  type: 'Bool',
  comment: 'True when levels are dB SPL, false when dBFS.',
  value: 'source.calibrated',
};

export const countMeasure = (name: string, comment: string, value: string): Measure => ({
  name,
  comment,
  type: 'UInt64',
  merge: 'sum',
  value,
});

export const secondsMeasure = (name: string, comment: string, condition: string): Measure => ({
  name,
  comment,
  type: SECONDS,
  merge: 'sum',
  value: `sumIf(toDecimal128(source.duration_secs, 9), ${condition})`,
});

export const maxDbMeasure = (name: string, comment: string): Measure => ({
  name,
  comment,
  type: 'Nullable(Float32)',
  merge: 'max',
  value: `max(source.${name})`,
});

/** The energy of non-silent sound: 10^(LAeq/10) times its seconds. */
export const energyMeasure: Measure = {
  name: 'energy',
  type: ENERGY,
  comment: 'Sum of 10^(LAeq/10) times seconds over what is not silent.',
  merge: 'sum',
  value: `sumIf(toDecimal256(exp10(least(ifNull(source.laeq_db, 0), ${MAX_DB}) / 10) * source.duration_secs, 30), isNotNull(source.laeq_db))`,
};

/** Levels are averaged as energy, never as dB. */
export const laeqColumn = (comment: string, seconds: string): ReadableColumn => ({
  name: 'laeq_db',
  type: 'Nullable(Float64)',
  comment,
  value: `if(${seconds} > 0, 10 * log10(toFloat64(energy) / toFloat64(${seconds})), NULL)`,
});

export const asIs = (measure: Measure): ReadableColumn => ({
  name: measure.name,
  type: measure.type,
  comment: measure.comment,
  value: measure.name,
});

export const asSeconds = (name: string, comment: string, value: string): ReadableColumn => ({
  name,
  type: 'Float64',
  comment,
  value: `toFloat64(${value})`,
});
