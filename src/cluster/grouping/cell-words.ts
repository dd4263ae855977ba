import type { FittedCell } from './cell.js';

/** What a cell is called in a sentence. */
export function nameOf({ algorithm, k }: FittedCell): string {
  return `${algorithm} with k = ${k}`;
}

/** What speaks for a cell and against it, in a sentence. */
export function figuresOf({ entropy, silhouette, smallest, largest }: FittedCell): string {
  return `entropy ${short(entropy)}, Silhouette ${short(silhouette)}, groups of ${smallest} to ${largest} rows`;
}

/** Three digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A share of 0 .. 1 with three digits. */
export function percent(share: number): string {
  return `${short(100 * share)} %`;
}
