import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMachineNote, encodeMachineNote, type MachineNote } from './machine-note.js';

const BASE_US = 1_700_000_000_000_000;
const time = fc.integer({ min: BASE_US, max: BASE_US + 2 ** 45 });
const value = fc.double({ noNaN: true, noDefaultInfinity: true });
const NAMES = ['sudden', 'creeping'] as const;

const alarm = fc.record({
  openedUs: time,
  totals: fc.record({
    ...{ firstUs: time, lastUs: time, peakUs: time },
    ...{ segments: fc.nat(), peakResidual: value, peakScore: value, scoreSum: value },
  }),
  fellUs: fc.option(time),
  lastMeanUs: time,
  interruptedBy: fc.constantFrom(null, 'off' as const, 'gap' as const),
});

const detector = (name: string) =>
  fc.record({ name: fc.constant(name), sinceUs: time, replayFromUs: time, alarm: fc.option(alarm) });

const model = fc.record({ version: fc.string({ minLength: 1 }), alphas: fc.tuple(value, value) });

const notes: fc.Arbitrary<MachineNote> = fc
  .tuple(fc.tuple(...NAMES.map(detector)), fc.option(model))
  .map(([detectors, model]) => {
    const replayFromUs = Math.min(...detectors.map(each => each.replayFromUs));
    return { point: { replayFromUs, detectors }, model };
  })
  .filter(({ point }) => point.detectors.every(({ sinceUs }) => sinceUs >= point.replayFromUs));

describe('the note of a machine', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(notes, note => {
        expect(decodeMachineNote(encodeMachineNote(note), NAMES)).toEqual(note);
      }),
    );
  });

  it('is of some twenty bytes as long as all is well', () => {
    const well = NAMES.map(name => ({
      name,
      sinceUs: BASE_US + 14_000_000,
      replayFromUs: BASE_US,
      alarm: null,
    }));
    const note = encodeMachineNote({ point: { replayFromUs: BASE_US, detectors: well }, model: null });
    expect(note.length).toBeLessThanOrEqual(21);
  });

  it('says nothing to a stage with other detectors', () => {
    fc.assert(
      fc.property(notes, note => {
        expect(decodeMachineNote(encodeMachineNote(note), ['sudden'])).toBeNull();
      }),
    );
  });

  it('is refused when it is cut short', () => {
    const [sample] = fc.sample(notes, 1);
    const note = encodeMachineNote(sample!);
    expect(() => decodeMachineNote(note.subarray(0, note.length - 1), NAMES)).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_INVALID' }),
    );
  });
});
