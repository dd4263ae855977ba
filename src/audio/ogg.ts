import { PlantsenseError } from '../errors.js';

/** What an Ogg file's first packet says it holds. */
export type OggCodec = 'vorbis' | 'flac' | 'other';

const HEADER_BYTES = 27;
const FIRST_PAGE_FLAG = 2;
const LAST_PAGE_FLAG = 4;

/**
 * Walks the pages of an Ogg file (RFC 3533) and checks what decoders pass over in silence: that each page is whole and
 * undamaged, and that the last one is there.
 *
 * @returns the codec of the first stream
 * @throws PlantsenseError AUDIO_DAMAGED with the place
 */
export function checkOgg(bytes: Uint8Array): OggCodec {
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const open = new Set<number>();
  let codec: OggCodec | undefined;
  let start = 0;
  while (start < bytes.length) {
    const end = pageEnd(bytes, start);
    if (end === undefined || end > bytes.length)
      throw new PlantsenseError('AUDIO_DAMAGED', `The Ogg file is cut short in the page at byte ${start}.`);
    if (
      at.getUint32(start, false) !== 0x4f676753 ||
      at.getUint32(start + 22, true) !== pageCrc(bytes, start, end)
    )
      throw new PlantsenseError('AUDIO_DAMAGED', `The Ogg page at byte ${start} is damaged.`);
    const flags = bytes[start + 5]!;
    const stream = at.getUint32(start + 14, true);
    if (flags & FIRST_PAGE_FLAG) open.add(stream);
    if (flags & LAST_PAGE_FLAG) open.delete(stream);
    codec ??= codecOf(bytes.subarray(start + HEADER_BYTES + bytes[start + 26]!, end));
    start = end;
  }
  if (open.size > 0)
    throw new PlantsenseError('AUDIO_DAMAGED', 'The Ogg file is cut short: its last page is missing.');
  return codec ?? 'other';
}

/** Where the page ends, if the file reaches far enough to tell. */
function pageEnd(bytes: Uint8Array, start: number): number | undefined {
  const segments = bytes[start + 26];
  if (segments === undefined || start + HEADER_BYTES + segments > bytes.length) return undefined;
  let end = start + HEADER_BYTES + segments;
  for (let i = 0; i < segments; i++) end += bytes[start + HEADER_BYTES + i]!;
  return end;
}

function codecOf(packet: Uint8Array): OggCodec {
  const head = String.fromCharCode(...packet.subarray(0, 7));
  if (head === '\x01vorbis') return 'vorbis';
  return head.startsWith('\x7fFLAC') ? 'flac' : 'other';
}

/** CRC-32 with polynomial 0x04c11db7, most significant bit first, of a page whose own CRC counts as 0. */
function pageCrc(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let i = start; i < end; i++) {
    const byte = i >= start + 22 && i < start + 26 ? 0 : bytes[i]!;
    crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ byte]!;
  }
  return crc >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});
