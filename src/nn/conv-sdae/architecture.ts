import { PlantsenseError } from '../../errors.js';
import { checkWhole } from '../training/training-options.js';

/** What a Conv-SDAE is made of. */
export interface Architecture {
  /** Of one row: `[bands, frames]`, or `[height, width, channels]`. */
  readonly shape: readonly number[];
  /** Filters of the convolutions, of which each halves both sides. */
  readonly filters: readonly number[];
  /** Numbers that a row becomes. */
  readonly latentDim: number;
}

/** A row as the convolutions take it: `[height, width, channels]`. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Convolutions are 3 x 3 with stride 2, padded so that an odd side is rounded up: 323, 162, 81, 41. */
export const KERNEL_SIZE = 3;
export const STRIDE = 2;

/** @throws PlantsenseError PARAMETER_INVALID */
export function checkArchitecture({ shape, filters, latentDim }: Architecture): void {
  checkWhole('latentDim', latentDim);
  for (const count of filters) checkWhole('filters', count);
  if (filters.length === 0)
    throw new PlantsenseError('PARAMETER_INVALID', 'A Conv-SDAE needs one convolution at least.');
  const isImage = shape.length === 2 || shape.length === 3;
  if (!isImage || !shape.every(side => Number.isSafeInteger(side) && side >= 1))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `Rows must have the shape (bands, frames) or (height, width, channels), not (${shape.join(', ')}).`,
    );
}

export function imageShape({ shape }: Pick<Architecture, 'shape'>): ImageShape {
  const [height = 1, width = 1, channels = 1] = shape;
  return [height, width, channels];
}

/** What the last convolution of the encoder gives. */
export function codeShape(architecture: Architecture): ImageShape {
  const [height, width] = imageShape(architecture);
  const halvings = architecture.filters.length;
  const halved = (side: number) => {
    let size = side;
    for (let i = 0; i < halvings; i++) size = Math.ceil(size / STRIDE);
    return size;
  };
  return [halved(height), halved(width), architecture.filters.at(-1)!];
}
