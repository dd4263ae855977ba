import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERRORS, PlantsenseError } from '../errors.js';
import { codec, decodeAny, type RecordName } from './codec.js';
import { SchemaSet, schemasDirectory } from './schema-set.js';
import { EXAMPLES } from './testing/examples.js';
import type { AudioChunk } from './types.js';

const RECORDS = Object.keys(EXAMPLES) as RecordName[];
const chunk = EXAMPLES['audio-chunk'];

function codeOf(action: () => unknown): string {
  try {
    action();
    return 'no error';
  } catch (error) {
    if (error instanceof PlantsenseError) return error.code;
    throw error;
  }
}

describe('a codec', () => {
  it.each(RECORDS)('gives back the %s that it was given', record => {
    const message = codec(record).encode(EXAMPLES[record] as never);
    expect(codec(record).decode(message)).toEqual(asBuffers(EXAMPLES[record]));
    expect(decodeAny(message)).toEqual({ record, value: asBuffers(EXAMPLES[record]) });
  });

  it('writes Avro single-object encoding that plain avsc reads', () => {
    const message = codec('audio-chunk').encode(chunk);
    const plain = avro.Type.forSchema(
      JSON.parse(readFileSync(join(schemasDirectory(), 'audio-chunk.avsc'), 'utf8')),
    );
    expect(message.subarray(0, 2).toString('hex')).toBe('c301');
    expect(message.subarray(2, 10).toString('hex')).toBe(codec('audio-chunk').fingerprint);
    expect(plain.fromBuffer(message.subarray(10))).toEqual(asBuffers(chunk));
  });

  it('writes a record larger than its first guess', () => {
    const large: AudioChunk = { ...chunk, samples: new Uint8Array(200_000).fill(7) };
    expect(codec('audio-chunk').decode(codec('audio-chunk').encode(large)).samples).toHaveLength(200_000);
  });

  it('gives messages that do not change when the next one is written', () => {
    const first = codec('audio-chunk').encode(chunk);
    const before = Buffer.from(first);
    codec('audio-chunk').encode({ ...chunk, sensor: 'another' });
    expect(first.equals(before)).toBe(true);
  });

  it('decodes bytes to a view of the message', () => {
    const message = codec('audio-chunk').encode(chunk);
    const { samples } = codec('audio-chunk').decode(message);
    expect(samples.buffer).toBe(message.buffer);
    message[samples.byteOffset - message.byteOffset] = 99;
    expect(samples[0]).toBe(99);
  });

  it('decodes a message that lies inside a larger buffer', () => {
    const message = codec('audio-chunk').encode(chunk);
    const batch = Buffer.concat([Buffer.alloc(13, 0xff), message, Buffer.alloc(5, 0xff)]);
    const inside = new Uint8Array(batch.buffer, batch.byteOffset + 13, message.length);
    expect(codec('audio-chunk').decode(inside)).toEqual(asBuffers(chunk));
  });
});

describe('a message that is not one', () => {
  const message = codec('audio-chunk').encode(chunk);
  const decode = (bytes: Uint8Array) => codeOf(() => codec('audio-chunk').decode(bytes));

  it('is refused when empty, JSON or of a registry', () => {
    expect(decode(new Uint8Array())).toBe('RECORD_NOT_AVRO');
    expect(decode(Buffer.from('{"sensor":"press-1"}'))).toBe('RECORD_NOT_AVRO');
    expect(decode(Buffer.from([0, 0, 0, 0, 1, 2]))).toBe('RECORD_NOT_AVRO');
  });

  it('is refused with its fingerprint when the schema is not known', () => {
    const foreign = Buffer.from(message);
    foreign.fill(0xab, 2, 10);
    expect(() => codec('audio-chunk').decode(foreign)).toThrow(/abababababababab/);
    expect(decode(foreign)).toBe('RECORD_UNKNOWN_SCHEMA');
  });

  it('is refused when it is another kind of record', () => {
    const label = codec('label').encode(EXAMPLES.label);
    expect(() => codec('audio-chunk').decode(label)).toThrow(/of the kind label, but audio-chunk/);
  });

  it('is refused at every length shorter than its own, and with a byte more', () => {
    for (let length = 2; length < message.length; length++)
      expect(decode(message.subarray(0, length))).toBe('RECORD_TRUNCATED');
    expect(decode(Buffer.concat([message, Buffer.of(0)]))).toBe('RECORD_TRUNCATED');
  });

  it('is refused when it lies about a length, without allocating it', () => {
    // The sensor's length is the first byte of the body: 2^40 instead.
    const lying = Buffer.concat([
      message.subarray(0, 10),
      Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x40]),
      message.subarray(11),
    ]);
    expect(decode(lying)).toBe('RECORD_TRUNCATED');
    const negative = Buffer.from(message);
    negative[10] = 0x01;
    expect(decode(negative)).toBe('RECORD_TRUNCATED');
  });

  it('is refused when it lies about the number of items of an array', () => {
    // The tensor's shape is two items; say 2^33 and -2^33.
    const features = codec('noise-features').encode({ ...EXAMPLES['noise-features'], featureSet: '#' });
    const shape = features.indexOf('#') + 1;
    for (const count of [
      [0x80, 0x80, 0x80, 0x80, 0x40],
      [0xff, 0xff, 0xff, 0xff, 0x3f, 0x02],
    ]) {
      const lying = Buffer.concat([
        features.subarray(0, shape),
        Buffer.from(count),
        features.subarray(shape + 1),
      ]);
      expect(codeOf(() => codec('noise-features').decode(lying))).toBe('RECORD_TRUNCATED');
    }
  });

  it('is refused when an id is not UTF-8, since two ids could become one', () => {
    const broken = Buffer.from(message);
    broken[11] = 0xff;
    expect(decode(broken)).toBe('RECORD_INVALID');
  });

  it('never crashes, hangs or gives an error outside the catalogue, whatever its bytes', () => {
    const examples = RECORDS.map(record => codec(record).encode(EXAMPLES[record] as never));
    const example = fc.constantFrom(...examples);
    // The body only: damaged headers are all refused alike.
    const flipped = fc
      .tuple(example, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 }))
      .map(([message, flips]) => {
        const bytes = Buffer.from(message);
        for (const [at, flip] of flips) bytes[10 + (at % (bytes.length - 10))]! ^= flip;
        return bytes;
      });
    const cut = fc
      .tuple(example, fc.nat())
      .map(([message, at]) => message.subarray(0, at % (message.length + 1)));
    const inserted = fc
      .tuple(example, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 12 }))
      .map(([message, position, bytes]) => {
        const at = 10 + (position % (message.length - 10));
        return Buffer.concat([message.subarray(0, at), bytes, message.subarray(at)]);
      });
    const anything = fc
      .tuple(fc.constantFrom(...examples), fc.uint8Array({ maxLength: 64 }))
      .map(([message, tail]) => Buffer.concat([message.subarray(0, 10), tail]));
    let valid = 0;
    fc.assert(
      fc.property(fc.oneof(flipped, cut, inserted, anything, fc.uint8Array({ maxLength: 40 })), bytes => {
        try {
          const { record, value } = decodeAny(bytes);
          // What is accepted can be written and read again as the same.
          const again = codec(record).encode(value as never);
          expect(codec(record).decode(again)).toEqual(value);
          valid++;
        } catch (error) {
          if (!(error instanceof PlantsenseError)) throw error;
          expect(error.code).toMatch(/^RECORD_/);
          expect(ERRORS[error.code].class).toBe('terminal');
        }
      }),
      { numRuns: 5000 },
    );
    // Some damage changes only a value: else the property would show nothing about the accepted ones.
    expect(valid).toBeGreaterThan(50);
  });
});

describe('a record that breaks a rule', () => {
  const refused: readonly [string, Partial<AudioChunk>][] = [
    ['firstSample', { firstSample: -1 }],
    ['firstSample', { firstSample: 2 ** 52 + 2 }],
    ['startTimeUs', { startTimeUs: -1 }],
    ['startTimeUs', { startTimeUs: 8e15 }],
    ['sampleRateHz', { sampleRateHz: 0 }],
    ['sampleRateHz', { sampleRateHz: -22_050 }],
    ['channels', { channels: 0 }],
    ['sensor', { sensor: '' }],
    ['sensor', { sensor: 'x'.repeat(300) }],
    ['calibrationDbSpl', { calibrationDbSpl: Number.NaN }],
    ['samples', { samples: new Uint8Array(3) }],
    ['samples', { samples: new Uint8Array(8), encoding: 'S24LE' }],
    ['samples', { samples: new Uint8Array(10), channels: 2 }],
  ];

  it.each(refused)('is refused by the producer and the consumer: %s', (field, change) => {
    const wrong = { ...chunk, ...change };
    expect(() => codec('audio-chunk').encode(wrong)).toThrow(new RegExp(`wrong in ${field}:`));
    // Another producer may not look: write it with the bare schema.
    const { type, fingerprintBytes } = new SchemaSet().current('audio-chunk');
    const message = Buffer.concat([Buffer.from([0xc3, 0x01]), fingerprintBytes, type.toBuffer(wrong)]);
    expect(codeOf(() => codec('audio-chunk').decode(message))).toBe('RECORD_INVALID');
  });

  it('is refused by the producer when a field is missing or of another type, and says which', () => {
    const { sensor: _, ...missing } = chunk;
    expect(() => codec('audio-chunk').encode(missing as AudioChunk)).toThrow(/look at sensor/);
    const text = { ...chunk, firstSample: '5' as unknown as number };
    expect(() => codec('audio-chunk').encode(text)).toThrow(/look at firstSample/);
  });

  it('is refused when a statement that names or marks something holds no label', () => {
    const encode = (change: object) => codeOf(() => codec('label').encode({ ...EXAMPLES.label, ...change }));
    expect(encode({ action: 'mark', label: null })).toBe('RECORD_INVALID');
    expect(encode({ action: 'name', label: '' })).toBe('RECORD_INVALID');
    expect(encode({ action: 'confirm', label: 'x'.repeat(300) })).toBe('RECORD_INVALID');
    expect(codec('label').encode({ ...EXAMPLES.label, action: 'retract', label: null })).toBeDefined();
  });

  it('is refused when half a surrogate pair would not survive', () => {
    expect(codeOf(() => codec('audio-chunk').encode({ ...chunk, sensor: 'a\ud800' }))).toBe('RECORD_INVALID');
  });

  it('is refused when a tensor does not fill its shape or holds NaN', () => {
    const features = EXAMPLES['noise-features'];
    const encode = (change: object) =>
      codeOf(() => codec('noise-features').encode({ ...features, ...change }));
    expect(encode({ shape: [2, 4] })).toBe('RECORD_INVALID');
    expect(encode({ shape: [-2, -3] })).toBe('RECORD_INVALID');
    expect(encode({ shape: [] })).toBe('RECORD_INVALID');
    const nan = new Uint8Array(new Float32Array([1, 2, Number.NaN, 3, 4, 5]).buffer);
    expect(encode({ tensor: nan })).toBe('RECORD_INVALID');
  });

  it('accepts an end-of-stream chunk without samples', () => {
    const last = { ...chunk, endOfStream: true, samples: new Uint8Array() };
    expect(codec('audio-chunk').decode(codec('audio-chunk').encode(last)).samples).toHaveLength(0);
  });
});

/** avsc gives bytes as Buffer; `toEqual` tells it from Uint8Array. */
function asBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(asBuffers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asBuffers(each)]));
}
