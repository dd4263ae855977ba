/**
 * Snappy, decompression only: https://github.com/google/snappy/blob/main/format_description.txt, and the block framing
 * of the Java library that Kafka's Java clients put around it.
 */

/** `\x82SNAPPY\0`, then two version numbers: the start of the Java library's framing. */
const JAVA_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const JAVA_HEADER_BYTES = 16;

/** @throws RangeError if the bytes are no Snappy */
export function decompressSnappy(input: Buffer): Buffer {
  if (!input.subarray(0, JAVA_MAGIC.length).equals(JAVA_MAGIC)) return decompressBlock(input);
  const blocks: Buffer[] = [];
  let at = JAVA_HEADER_BYTES;
  while (at < input.length) {
    const size = input.readInt32BE(at);
    at += 4;
    if (size < 0 || at + size > input.length) throw new RangeError('a Snappy block that is cut off');
    blocks.push(decompressBlock(input.subarray(at, at + size)));
    at += size;
  }
  return Buffer.concat(blocks);
}

function decompressBlock(input: Buffer): Buffer {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = input[at++];
    if (byte === undefined || shift > 28) throw new RangeError('Snappy without a length');
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const output = Buffer.allocUnsafe(length);
  let filled = 0;
  while (at < input.length) {
    const tag = input[at++]!;
    let size = tag >>> 2;
    if ((tag & 3) === 0) {
      if (size >= 60) {
        const bytes = size - 59;
        size = input.readUIntLE(at, bytes);
        at += bytes;
      }
      size++;
      if (at + size > input.length || filled + size > length)
        throw new RangeError('a damaged Snappy literal');
      input.copy(output, filled, at, at + size);
      at += size;
    } else {
      let distance: number;
      if ((tag & 3) === 1) {
        size = (size & 7) + 4;
        distance = ((tag >>> 5) << 8) | input.readUInt8(at);
        at += 1;
      } else {
        size++;
        distance = (tag & 3) === 2 ? input.readUInt16LE(at) : input.readUInt32LE(at);
        at += (tag & 3) === 2 ? 2 : 4;
      }
      if (distance === 0 || distance > filled || filled + size > length) {
        throw new RangeError('a damaged Snappy copy');
      }
      // The source may overlap the target: then the copy repeats what it has just written.
      if (distance >= size) output.copy(output, filled, filled - distance, filled - distance + size);
      else for (let i = 0; i < size; i++) output[filled + i] = output[filled + i - distance]!;
    }
    filled += size;
  }
  if (filled !== length) throw new RangeError(`${filled} bytes of Snappy where ${length} were promised`);
  return output;
}
