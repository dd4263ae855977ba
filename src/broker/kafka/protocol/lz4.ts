/** LZ4 frames, decompression only: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md (checksums are not checked). */

const MAGIC = 0x184d2204;
const UNCOMPRESSED = 0x8000_0000;
const MIN_MATCH = 4;

/** @throws RangeError if the bytes are no LZ4 frame */
export function decompressLz4(input: Buffer): Buffer {
  if (input.readUInt32LE(0) !== MAGIC) throw new RangeError('no LZ4 frame');
  const flags = input.readUInt8(4);
  const blockBytes = 1 << (8 + 2 * ((input.readUInt8(5) >>> 4) & 7));
  const hasBlockChecksum = (flags & 0x10) !== 0;
  const hasContentSize = (flags & 0x08) !== 0;
  const hasDictionary = (flags & 0x01) !== 0;
  let at = 7 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0);

  let output: Buffer = Buffer.allocUnsafe(Math.max(4 * input.length, blockBytes));
  let filled = 0;
  for (;;) {
    const word = input.readUInt32LE(at);
    at += 4;
    if (word === 0) return output.subarray(0, filled);
    const size = word & ~UNCOMPRESSED;
    if (at + size > input.length) throw new RangeError('an LZ4 block that is cut off');
    if (output.length < filled + blockBytes) {
      output = Buffer.concat([output.subarray(0, filled)], 2 * output.length + blockBytes);
    }
    const block = input.subarray(at, at + size);
    filled = word >= UNCOMPRESSED ? filled + block.copy(output, filled) : decodeBlock(block, output, filled);
    at += size + (hasBlockChecksum ? 4 : 0);
  }
}

/** Appends one block at `filled`; matches may reach into the blocks before it. Gives the new end. */
function decodeBlock(input: Buffer, output: Buffer, filled: number): number {
  let at = 0;
  const more = (length: number): number => {
    if (length !== 15) return length;
    let total = length;
    let byte: number;
    do {
      byte = input.readUInt8(at++);
      total += byte;
    } while (byte === 255);
    return total;
  };
  while (at < input.length) {
    const token = input[at++]!;
    const literals = more(token >>> 4);
    if (at + literals > input.length || filled + literals > output.length) {
      throw new RangeError('a damaged LZ4 literal');
    }
    input.copy(output, filled, at, at + literals);
    at += literals;
    filled += literals;
    if (at >= input.length) break; // the last sequence has no match

    const distance = input.readUInt16LE(at);
    at += 2;
    const size = more(token & 15) + MIN_MATCH;
    if (distance === 0 || distance > filled || filled + size > output.length) {
      throw new RangeError('a damaged LZ4 match');
    }
    // The source may overlap the target: then the copy repeats what it has just written.
    if (distance >= size) output.copy(output, filled, filled - distance, filled - distance + size);
    else for (let i = 0; i < size; i++) output[filled + i] = output[filled + i - distance]!;
    filled += size;
  }
  return filled;
}
