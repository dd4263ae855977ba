import { describe, expect, it } from 'vitest';
import { codec } from './codec.js';
import { describeRecord } from './describe-record.js';
import { EXAMPLES } from './testing/examples.js';

describe('a message for people', () => {
  it('says how many bytes there are, or gives them', () => {
    const message = codec('audio-chunk').encode(EXAMPLES['audio-chunk']);
    expect(describeRecord(message, false)).toMatchObject({
      record: 'audio-chunk',
      value: { sensor: 'press-1', firstSample: 44_100, samples: '6 bytes' },
    });
    expect(describeRecord(message, true).value).toMatchObject({ samples: 'AQACAP9/' });
  });

  it('says how many numbers a tensor has, or gives them', () => {
    const message = codec('noise-features').encode(EXAMPLES['noise-features']);
    expect(describeRecord(message, false).value).toMatchObject({ shape: [2, 3], tensor: '6 float32' });
    expect(describeRecord(message, true).value).toMatchObject({ tensor: [-80, -40.5, -3, 0, -12, -80] });
  });

  it('can be JSON, whatever the record', () => {
    for (const [record, example] of Object.entries(EXAMPLES)) {
      const message = codec(record as 'alarm').encode(example as (typeof EXAMPLES)['alarm']);
      for (const full of [false, true]) {
        const described = describeRecord(message, full);
        expect(described.record).toBe(record);
        expect(JSON.parse(JSON.stringify(described))).toEqual(described);
      }
    }
  });

  it('says why it can not be read', () => {
    expect(describeRecord(Buffer.from('hello'), true)).toMatchObject({
      record: null,
      value: { bytes: 'aGVsbG8=' },
      error: { code: 'RECORD_NOT_AVRO' },
    });
    expect(describeRecord(null, false)).toEqual({ record: null, value: null });
  });
});
