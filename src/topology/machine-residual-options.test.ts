import { expect, it } from 'vitest';
import { machineResidual, machineResidualOf } from './machine-residual-options.js';

const INPUT = {
  type: 'machine_residual',
  input: 'audio.raw',
  models: 'models',
  outputs: { scores: 'machine.scores', alarms: 'alarms', dead_letter: 'dead' },
};
const detectors = (input: object) =>
  machineResidualOf(machineResidual.parse({ ...INPUT, ...input })).detectors.map(
    ({ name, n, raiseRatio, holdSegments }) => [name, n, raiseRatio, holdSegments],
  );

it('listens for sudden faults by single segments and for ageing by means of as many as it is told', () => {
  expect(detectors({})).toEqual([
    ['sudden', 1, 1.5, 1],
    ['creeping', 20, 1, 21],
  ]);
  expect(detectors({ sudden: { raise_ratio: 1.1 }, creeping: { segments: 8, hold_segments: 16 } })).toEqual([
    ['sudden', 1, 1.1, 1],
    ['creeping', 8, 1, 16],
  ]);
  expect(() => detectors({ creeping: { segments: 1 } })).toThrow();
});
