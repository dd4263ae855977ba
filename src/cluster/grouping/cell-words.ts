import type { FittedCell } from './cell.js';

export function nameOf({ algorithm, k }: FittedCell): string {
  return `${algorithm} with k = ${k}`;
}

export function figuresOf({ entropy, silhouette, smallest, largest }: FittedCell): string {
  return `entropy ${short(entropy)}, Silhouette ${short(silhouette)}, groups of ${smallest} to ${largest} rows`;
}

/** Three digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

export function percent(share: number): string {
  return `${short(100 * share)} %`;
}
