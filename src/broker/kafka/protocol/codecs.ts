import * as zlib from 'node:zlib';
import { PlantsenseError } from '../../../errors.js';
import { decompressLz4 } from './lz4.js';
import { decompressSnappy } from './snappy.js';

const NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

/** Node has zstd from 22.15 on. */
const zstd = (zlib as { zstdDecompressSync?: (input: Buffer) => Buffer }).zstdDecompressSync;

/**
 * Undoes a batch's compression.
 * @param codec the low three bits of the batch's attributes
 * @throws PlantsenseError CODEC_UNSUPPORTED; RangeError or zlib's own error if the bytes are damaged
 */
export function decompress(codec: number, input: Buffer): Buffer {
  switch (codec) {
    case 0:
      return input;
    case 1:
      return zlib.gunzipSync(input);
    case 2:
      return decompressSnappy(input);
    case 3:
      return decompressLz4(input);
    case 4:
      if (zstd !== undefined) return zstd(input);
  }
  const name = NAMES[codec] ?? `codec ${codec}`;
  throw new PlantsenseError(
    'CODEC_UNSUPPORTED',
    `A batch is compressed with ${name}, which Node ${process.versions.node} can't decompress here.`,
  );
}
