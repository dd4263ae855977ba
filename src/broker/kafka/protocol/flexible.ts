/** The compact types of flexible message versions (KIP-482), which kafkajs has only in part. */
import type { WireDecoder } from './kafkajs.js';

const UUID_BYTES = 16;

/** A compact array: the count plus one as an unsigned varint, 0 for none. */
export function readCompactArray<T>(decoder: WireDecoder, read: (decoder: WireDecoder) => T): T[] {
  const count = decoder.readUVarInt() - 1;
  const values: T[] = [];
  for (let i = 0; i < count; i++) values.push(read(decoder));
  return values;
}

/** Compact bytes as a view of the decoder's buffer; empty for none. */
export function readCompactBytes(decoder: WireDecoder): Buffer {
  const length = decoder.readUVarInt() - 1;
  return length <= 0 ? Buffer.alloc(0) : (decoder.readBytes(length) ?? Buffer.alloc(0));
}

/** Skips tagged fields: none of them matters to us. */
export function skipTags(decoder: WireDecoder): void {
  for (let left = decoder.readUVarInt(); left > 0; left--) {
    decoder.readUVarInt();
    decoder.offset += decoder.readUVarInt();
  }
}

/** A topic id as 32 hexadecimal digits. */
export function readUuid(decoder: WireDecoder): string {
  return (decoder.readBytes(UUID_BYTES) ?? Buffer.alloc(0)).toString('hex');
}

export const uuidBytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
export const NO_UUID = '0'.repeat(2 * UUID_BYTES);
