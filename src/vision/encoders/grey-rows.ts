import type { RowSource } from '../../nn/training/row-source.js';
import { toGrey8 } from '../grey.js';
import type { Image } from '../image.js';
import { resizeBilinear } from '../resize.js';

/** A picture as a square of grey of 8 bits, whatever its size, shape and colours: `[sizePx, sizePx]`. */
export function greySquare(image: Image, sizePx: number): Uint8Array {
  const { data } = resizeBilinear(toGrey8(image), sizePx, sizePx);
  // Grey of 8 bits stays grey of 8 bits.
  return data as Uint8Array;
}

/**
 * Grey squares as rows for a network, 0 to 255, of shape `[sizePx, sizePx, 1]`. They stay bytes until they are asked for.
 * @param squares one after another
 */
export function greyRows(squares: Uint8Array, sizePx: number): RowSource {
  const size = sizePx * sizePx;
  return {
    rows: squares.length / size,
    shape: [sizePx, sizePx, 1],
    read(indices, into) {
      for (let i = 0; i < indices.length; i++)
        into.set(squares.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
    },
  };
}
