import { PlantsenseError } from '../../errors.js';
import type { Npy, NpyArray } from '../../npy.js';
import type { Artefact } from '../artefact.js';
import type { GroupExtents } from './group-extents.js';
import type { ImageDetails } from './image-details.js';
import { ImageProjection } from './image-projection.js';
import type { ImageTree } from './image-tree.js';

/** The numbers of a model of images. */
export interface ImageNumbers {
  readonly projection: ImageProjection;
  /** Of all groups, in the order of the card. */
  readonly extents: GroupExtents;
  /** Distances at which the groups of the first level end. */
  readonly bounds: Float64Array;
}

/** The arrays of an artefact. */
export function arraysOf({ projection, extents, bounds }: ImageNumbers): Map<string, Npy> {
  const { mean, components } = projection;
  const { means, variances, residuals, counts } = extents;
  return new Map<string, Npy>([
    ['pca-mean', { data: mean, shape: [mean.length] }],
    ['pca-components', { data: components.data, shape: [components.rows, components.cols] }],
    ['means', { data: means.data, shape: [means.rows, means.cols] }],
    ['variances', { data: variances.data, shape: [variances.rows, variances.cols] }],
    ['residuals', { data: residuals, shape: [residuals.length] }],
    ['counts', { data: counts, shape: [counts.length] }],
    ['bounds', { data: bounds, shape: [bounds.length] }],
  ]);
}

/** @throws PlantsenseError MODEL_INVALID when an array is missing, of another shape, or holds what it must not */
export function numbersOf({ card, arrays }: Artefact, details: ImageDetails, tree: ImageTree): ImageNumbers {
  const { dimensions, components, groups } = details;
  const k = groups.length;
  const get = <T extends NpyArray>(
    name: string,
    type: new (length: number) => T,
    shape: readonly number[],
    isAllowed: (value: number) => boolean = Number.isFinite,
  ): T => {
    const array = arrays.get(name);
    if (
      !array ||
      !(array.data instanceof type) ||
      array.shape.join() !== shape.join() ||
      !array.data.every(isAllowed)
    )
      throw new PlantsenseError(
        'MODEL_INVALID',
        `Model ${card.version} needs the array ${name} with the shape [${shape.join(', ')}] and numbers that it can use.`,
      );
    return array.data;
  };
  const isPositive = (value: number) => Number.isFinite(value) && value > 0;
  const matrix = (data: Float64Array) => ({ data, rows: k, cols: components });
  const directions = get('pca-components', Float32Array, [components, dimensions]);
  return {
    projection: new ImageProjection(get('pca-mean', Float64Array, [dimensions]), {
      ...{ data: directions, rows: components, cols: dimensions },
    }),
    extents: {
      means: matrix(get('means', Float64Array, [k, components])),
      variances: matrix(get('variances', Float64Array, [k, components], isPositive)),
      residuals: get('residuals', Float64Array, [k], isPositive),
      counts: get('counts', Float64Array, [k], isPositive),
    },
    bounds: get('bounds', Float64Array, [tree.root.count], isPositive),
  };
}
