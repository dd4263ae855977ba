import { PlantsenseError } from '../errors.js';
import { engine } from './wasm/engine.js';

export interface DecibelOptions {
  /** What 0 dB is: the largest value, or this power. */
  readonly ref: 'max' | number;
  /** Values that lie further below the largest are raised to that; `null` leaves them. */
  readonly topDb: number | null;
  /** Smaller powers count as this one. */
  readonly amin: number;
}

/** @throws PlantsenseError PARAMETER_INVALID */
export function checkDecibelOptions({ ref, topDb, amin }: DecibelOptions): void {
  if (ref !== 'max' && !(ref > 0 && Number.isFinite(ref)))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The reference must be max or a power above 0, not ${ref}.`,
    );
  if (topDb !== null && !(topDb >= 0))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The dynamic range must be 0 dB or more, not ${topDb} dB.`,
    );
  // Below that a float loses precision.
  if (!(amin >= 2 ** -126 && Number.isFinite(amin)))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The smallest power must be 1.2e-38 or more, not ${amin}.`,
    );
}

const BLOCK = 16_384;
const block = engine.allocate(4 * BLOCK);

/** Powers to decibels, in place: `librosa.power_to_db`. */
export function powerToDb(values: Float32Array, { ref, topDb, amin }: DecibelOptions): void {
  let max = Number.NEGATIVE_INFINITY;
  for (let first = 0; first < values.length; first += BLOCK) {
    const part = values.subarray(first, first + BLOCK);
    const view = engine.floats(block, BLOCK);
    view.set(part);
    // The kernel takes fours. A zero more becomes the smallest value there is, so that it doesn't change the maximum.
    const padded = Math.ceil(part.length / 4) * 4;
    view.fill(0, part.length, padded);
    max = Math.max(max, engine.kernels.decibels(block, padded, amin));
    part.set(part.length === BLOCK ? view : view.subarray(0, part.length));
  }
  const refDb = ref === 'max' ? max : 10 * Math.log10(Math.max(ref, amin));
  const floor = topDb === null ? Number.NEGATIVE_INFINITY : max - topDb;
  if (refDb === 0 && topDb === null) return;
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.max(values[i]!, floor) - refDb;
  }
}
