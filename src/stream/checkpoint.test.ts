import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import {
  type Checkpoint,
  decodeCheckpoint,
  emptyCheckpoint,
  encodeCheckpoint,
  isHeld,
  MAX_METADATA_BYTES,
  NO_LOG_NEEDED,
  resumeOffset,
  stateKey,
} from './checkpoint.js';

const POSITION = 1_000_000_000;
const decoded = (checkpoint: Checkpoint) =>
  decodeCheckpoint(resumeOffset(checkpoint), encodeCheckpoint(checkpoint));

/** The largest number of sensors whose holds reach `back` offsets back at most that fit in a commit. */
function sensorsThatFit(back: number): number {
  const holds = new Map<number, number>();
  for (;;) {
    holds.set(stateKey(`sensor ${holds.size}`), POSITION - back);
    try {
      encodeCheckpoint({ ...emptyCheckpoint(POSITION), holds });
    } catch {
      return holds.size - 1;
    }
  }
}

describe('the checkpoint', () => {
  it('says nothing when there is nothing to say', () => {
    expect(encodeCheckpoint(emptyCheckpoint(5))).toBe('');
    expect(decodeCheckpoint(5, '')).toEqual(emptyCheckpoint(5));
  });

  it('comes back as it was', () => {
    const offset = fc.integer({ min: 1, max: 2 ** 53 - 1 });
    const checkpoints = fc
      .record({
        position: offset,
        holds: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 40 - 1 }), offset), { maxLength: 50 }),
        seen: fc.array(fc.tuple(fc.string({ maxLength: 20, unit: 'grapheme' }), offset, fc.nat()), {
          maxLength: 20,
        }),
        noted: fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 5 }),
        planned: fc.option(fc.nat({ max: 100_000 })),
      })
      .map(
        ({ position, holds, noted, seen, planned }): Checkpoint => ({
          position,
          notes: new Map(noted.flatMap((note, i) => (i < holds.length ? [[holds[i]![0], note]] : []))),
          holds: new Map(holds.map(([key, hold]) => [key, hold % 3 === 0 ? NO_LOG_NEEDED : hold % position])),
          seen: new Map(seen.map(([source, at, index]) => [source, { offset: at, index }])),
          plannedLast: planned === null ? null : position + (planned % (2 ** 53 - position)),
        }),
      );
    fc.assert(
      fc.property(checkpoints, checkpoint => {
        expect(decoded(checkpoint)).toEqual(checkpoint);
      }),
    );
  });

  it('resumes at the oldest hold; a key that needs no log holds nothing back', () => {
    const holds = new Map([
      [1, 70],
      [2, NO_LOG_NEEDED],
      [3, 40],
    ]);
    const checkpoint = { ...emptyCheckpoint(100), holds };
    expect(resumeOffset(checkpoint)).toBe(40);
    expect(isHeld(checkpoint, 1, 69)).toBe(false);
    expect(isHeld(checkpoint, 1, 70)).toBe(true);
    expect(isHeld(checkpoint, 2, 99)).toBe(false);
    expect(isHeld(checkpoint, 4, 99)).toBe(false);
  });

  it('means the offset, not the position beside it, where somebody moved the offset by hand', () => {
    const checkpoint = { ...emptyCheckpoint(100), holds: new Map([[1, 40]]), plannedLast: 120 };
    const metadata = encodeCheckpoint(checkpoint);
    expect(decodeCheckpoint(40, metadata)).toEqual(checkpoint);
    expect(decodeCheckpoint(0, metadata)).toEqual(emptyCheckpoint(0));
    expect(decodeCheckpoint(500, metadata)).toEqual(emptyCheckpoint(500));
  });

  it('has room for more than the 300 sensors in a partition that lint allows', () => {
    // As far back as a partition with 500 chunks a second holds in ten minutes.
    expect(sensorsThatFit(300_000)).toBe(382);
    expect(sensorsThatFit(10_000)).toBe(437);
    expect(sensorsThatFit(2 ** 28 - 1)).toBe(340);
  });

  it('says how large it is when too many sensors share a partition', () => {
    const holds = new Map(Array.from({ length: 1000 }, (_, i) => [i, 1]));
    const encode = () => encodeCheckpoint({ ...emptyCheckpoint(POSITION), holds });
    expect(encode).toThrow(expect.objectContaining({ code: 'CHECKPOINT_TOO_LARGE' }));
    expect(encode).toThrow(
      `1000 sensors and 0 sources needs 13348 bytes of commit metadata; ${MAX_METADATA_BYTES}`,
    );
  });

  it.each(['hello', '{"offset":3}', 'AA==', 'AQ==', '\u0000', 'AWQ', 'consumer-1/2024-01-01'])(
    'refuses metadata that somebody else wrote: %j',
    metadata => {
      expect(() => decodeCheckpoint(3, metadata)).toThrow(
        expect.objectContaining({ code: 'CHECKPOINT_INVALID' }),
      );
    },
  );

  it('refuses a checkpoint that is cut short, goes on or is of another format', () => {
    const whole = encodeCheckpoint({
      position: 100,
      holds: new Map([[7, 40]]),
      notes: new Map([[7, Uint8Array.of(1, 2, 3)]]),
      seen: new Map([['source', { offset: 5, index: 2 }]]),
      plannedLast: 120,
    });
    const bytes = Buffer.from(whole, 'base64');
    for (let length = 1; length < bytes.length; length++) {
      expect(() => decodeCheckpoint(40, bytes.subarray(0, length).toString('base64'))).toThrow(
        PlantsenseError,
      );
    }
    const ofAnotherFormat = Buffer.concat([Buffer.of(3), bytes.subarray(1)]).toString('base64');
    expect(() => decodeCheckpoint(40, ofAnotherFormat)).toThrow(PlantsenseError);
    // One that would be read to its end as the first format.
    const plain = Buffer.from(encodeCheckpoint({ ...emptyCheckpoint(100), plannedLast: 120 }), 'base64');
    const ofTheNext = Buffer.concat([Buffer.of(3), plain.subarray(1)]).toString('base64');
    expect(() => decodeCheckpoint(100, ofTheNext)).toThrow(PlantsenseError);
    const longer = Buffer.concat([bytes, Buffer.of(0)]).toString('base64');
    expect(() => decodeCheckpoint(40, longer)).toThrow(PlantsenseError);
  });
});
