/**
 * CRC-64-AVRO, the Rabin fingerprint of the Avro specification ("Schema Fingerprints"). Two 32-bit halves, since
 * JavaScript's bit operations have 32 bits.
 */
const EMPTY_HIGH = 0xc15d213a;
const EMPTY_LOW = 0xa4d7a795;

const table = makeTable();

/**
 * Fingerprint of a schema's Parsing Canonical Form.
 *
 * @param canonical the canonical form, UTF-8
 * @returns 8 bytes, little endian, as single-object encoding carries them
 */
export function crc64Avro(canonical: string): Buffer {
  let high = EMPTY_HIGH;
  let low = EMPTY_LOW;
  for (const byte of Buffer.from(canonical, 'utf8')) {
    const entry = 2 * ((low ^ byte) & 0xff);
    low = (low >>> 8) | (high << 24);
    high >>>= 8;
    high ^= table[entry]!;
    low ^= table[entry + 1]!;
  }
  const fingerprint = Buffer.alloc(8);
  fingerprint.writeUInt32LE(low >>> 0, 0);
  fingerprint.writeUInt32LE(high >>> 0, 4);
  return fingerprint;
}

/** For each byte what it does to the remainder: high and low half in turn. */
function makeTable(): Uint32Array {
  const entries = new Uint32Array(512);
  for (let byte = 0; byte < 256; byte++) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit++) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd) {
        high ^= EMPTY_HIGH;
        low ^= EMPTY_LOW;
      }
    }
    entries[2 * byte] = high;
    entries[2 * byte + 1] = low;
  }
  return entries;
}
