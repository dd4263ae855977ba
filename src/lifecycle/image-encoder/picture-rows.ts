import { createHash } from 'node:crypto';
import { PlantsenseError } from '../../errors.js';
import type { RowSource } from '../../nn/training/row-source.js';
import { greyRows, greySquare } from '../../vision/encoders/grey-rows.js';
import type { Image } from '../../vision/image.js';
import { type TileGrid, tileImage } from '../../vision/tiles.js';

/** Pictures to train an encoder on, as it sees them. */
export interface PictureRows {
  readonly sizePx: number;
  /** Grey squares, one after another, none of them twice. */
  readonly squares: Uint8Array;
}

export interface PictureForm {
  /** Height and width of the squares, in pixels. */
  readonly sizePx: number;
  /** Each picture is cut into these tiles, and each tile is one to learn from; null for whole pictures. */
  readonly tiles: TileGrid | null;
}

/**
 * Takes pictures for the training of an encoder. What is learnt from depends on what they show, not on their order; what
 * looks the same in grey and at this size counts once.
 */
export class PictureCollector {
  readonly #form: PictureForm;
  readonly #squares = new Map<string, Uint8Array>();

  constructor(form: PictureForm) {
    this.#form = form;
  }

  /** @throws PlantsenseError IMAGE_INVALID for a picture with fewer pixels than tiles */
  add(image: Image): void {
    const { sizePx, tiles } = this.#form;
    for (const tile of tiles ? tileImage(image, tiles) : [image]) {
      const square = greySquare(tile, sizePx);
      this.#squares.set(createHash('sha256').update(square).digest('hex'), square);
    }
  }

  /** @throws PlantsenseError TRAINING_DATA_INSUFFICIENT when no two pictures differ */
  finish(): PictureRows {
    const { sizePx } = this.#form;
    if (this.#squares.size < 2)
      throw new PlantsenseError(
        'TRAINING_DATA_INSUFFICIENT',
        this.#squares.size === 0
          ? 'There are no images to learn from.'
          : `All images look the same in grey, at ${sizePx} × ${sizePx} pixels: an encoder learns how they differ.`,
      );
    const ordered = [...this.#squares].sort(([a], [b]) => (a < b ? -1 : 1));
    const squares = new Uint8Array(ordered.length * sizePx * sizePx);
    ordered.forEach(([, square], i) => {
      squares.set(square, i * square.length);
    });
    return { sizePx, squares };
  }
}

/** The squares as rows that a network is trained with. */
export function pictureSource({ squares, sizePx }: PictureRows): RowSource {
  return greyRows(squares, sizePx);
}
