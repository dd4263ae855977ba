import { describe, expect, it } from 'vitest';
import { codec, type RecordName } from '../records/codec.js';
import { describeRecord } from '../records/describe-record.js';
import { EXAMPLES } from '../records/testing/examples.js';
import { recordLine } from './record-line.js';

describe('a record on one line', () => {
  it('shows what the detectors say of a segment', () => {
    const { segmentId, timeUs, ...score } = EXAMPLES['machine-score'];
    const line = recordLine({ ...score, levelDb: 71.49999, residual: 0.000412345678 });
    expect(line).toBe(
      'sensor=pump-7 streamId=s1 firstSample=0 durationSecs=1.1 levelDb=71.5 clippedSamples=2 residual=0.0004123 ' +
        'bandResiduals=[0.125 0.375] verdict=normal detectors=[' +
        '{detector=sudden segments=1 meanResidual=0.25 threshold=0.5 provisional=false verdict=normal alarm=false} ' +
        '{detector=creeping segments=20 meanResidual=null threshold=0.375 provisional=true verdict=unknown alarm=false}' +
        '] modelVersion=v0001-0123456789ab',
    );
  });

  it('shows what an alarm rests on, and when', () => {
    const evidence = { ...EXAMPLES.alarm.evidence, firstUs: 1_767_225_600_000_001, lastUs: -1, peakUs: 0 };
    const { sensor, message } = EXAMPLES.alarm;
    expect(recordLine({ sensor, message, evidence })).toBe(
      'sensor=press-1 message="The mean residual of 20 segments is above its threshold." ' +
        'evidence={detector=creeping segments=20 firstUs=2026-01-01T00:00:00.000001Z ' +
        'lastUs=1969-12-31T23:59:59.999999Z means=21 meanResidual=0.4375 peakMean=0.5 peakResidual=0.75 ' +
        'peakUs=1970-01-01T00:00:00.000000Z ' +
        'bands=[{lowHz=0 highHz=254.688 residual=1.5 normalResidual=0.25}] clipUri=null closedBy=null}',
    );
  });

  it('shows the group of a picture, and that it has none', () => {
    const { frameId, timeUs, ...assignment } = EXAMPLES['image-assignment'];
    const runnersUp = [{ path: [3], probability: 0.1 }];
    const line = recordLine({ ...assignment, path: [2, 25, 1], runnersUp, nearLabel: 'scratch' });
    expect(line).toContain(' path=2/25/1 ');
    expect(line).toContain(' runnersUp=[{path=3 probability=0.1}]');
    expect(recordLine({ path: [], novel: true })).toBe('path=[] novel=true');
  });

  it('quotes what would be read as something else', () => {
    const line = recordLine({ a: '', b: 'x=1', c: '{}', d: '[1 2]', e: 'two\nlines', f: [], g: null });
    expect(line).toBe('a="" b="x=1" c="{}" d="[1 2]" e="two\\nlines" f=[] g=null');
  });

  it('is one line, whatever the record', () => {
    for (const [name, example] of Object.entries(EXAMPLES)) {
      const message = codec(name as RecordName).encode(example as never);
      for (const full of [false, true])
        expect(recordLine(describeRecord(message, full).value!)).toMatch(/^\w+=\S.*$/);
    }
  });
});
