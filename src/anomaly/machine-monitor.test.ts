import { describe, expect, it } from 'vitest';
import type { AlarmRecord } from './alarm.js';
import { CREEPING_DEFAULTS, SUDDEN_DEFAULTS } from './detector-options.js';
import { MACHINE_DEFAULTS, MachineMonitor } from './machine-monitor.js';
import type { MachineSegment } from './machine-segment.js';
import { CREEPING, machineOptions, SUDDEN, segmentAt, segmentsFrom } from './testing/machine-segments.js';

const S = 1_000_000;

function alarmsOf(monitor: MachineMonitor, segments: readonly MachineSegment[]): AlarmRecord[] {
  return segments.flatMap(segment => monitor.step(segment).alarms);
}

/** What happened when, in short. */
const steps = (alarms: readonly AlarmRecord[]) =>
  alarms.map(({ kind, detector, atUs, closedBy }) => [kind, detector, atUs / S, closedBy]);

describe('a sudden fault', () => {
  it('opens an alarm with its first segment, and closes it once when it has stayed away', () => {
    const monitor = new MachineMonitor(machineOptions(SUDDEN));
    const alarms = alarmsOf(monitor, segmentsFrom(0, [0.5, 2, 0.9, 3, 0.1, 0.1, 0.1, 0.1]));
    expect(steps(alarms)).toEqual([
      ['opened', 'sudden', 2.4, null],
      ['closed', 'sudden', 7.4, 'released'],
    ]);
    expect(alarms.map(({ openedUs }) => openedUs)).toEqual([2.4 * S, 2.4 * S]);
    expect(alarms[1]!.evidence).toEqual({
      firstUs: 1 * S,
      lastUs: 4.4 * S,
      segments: 3,
      peakResidual: 3,
      peakUs: 3 * S,
      peakScore: 3,
      meanScore: 5.9 / 3,
    });
  });

  it('alarms when it is as far above α as asked for, and is abnormal before that', () => {
    const monitor = new MachineMonitor(machineOptions({ ...SUDDEN, raiseRatio: 1.5 }));
    const verdicts = segmentsFrom(0, [1.4, 1.6]).map(segment => monitor.step(segment));
    expect(verdicts.map(({ state }) => state)).toEqual(['abnormal', 'abnormal']);
    expect(verdicts.map(({ alarms }) => alarms.length)).toEqual([0, 1]);
    expect(verdicts[1]!.alarms[0]!.evidence.firstUs).toBe(1 * S);
  });

  it('is no alarm at α itself', () => {
    const verdict = new MachineMonitor(machineOptions(SUDDEN)).step(segmentAt(0, 1));
    expect(verdict).toMatchObject({ state: 'normal', alarms: [] });
  });

  it('does not open a second alarm while it hovers between release and α', () => {
    const monitor = new MachineMonitor(machineOptions(SUDDEN));
    const hovering = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 1.1 : 0.85));
    expect(steps(alarmsOf(monitor, segmentsFrom(0, hovering)))).toEqual([['opened', 'sudden', 1.4, null]]);
  });

  it('must hold for so many segments, and so many seconds, in a row', () => {
    const segments = segmentsFrom(0, [2, 2, 0.9, 2, 2, 2, 2, 2]);
    const opening = (hold: object) =>
      steps(alarmsOf(new MachineMonitor(machineOptions({ ...SUDDEN, ...hold })), segments))[0]?.[2];
    expect(opening({ holdSegments: 2 })).toBe(2.4);
    expect(opening({ holdSegments: 3 })).toBe(6.4);
    expect(opening({ holdSecs: 4 })).toBe(7.4);
    expect(opening({ holdSegments: 6 })).toBeUndefined();
  });
});

describe('two detectors at once', () => {
  it('tell a clack from ageing: it stays in the mean for n segments, and the hold is longer', () => {
    const monitor = new MachineMonitor(machineOptions(SUDDEN, CREEPING));
    // One clack, then a long time only a little above normal.
    const residuals = [0.3, 0.3, 0.3, 0.3, 1.5, ...new Array(8).fill(0.3), ...new Array(9).fill(0.6)];
    const alarms = alarmsOf(monitor, segmentsFrom(0, residuals));
    expect(steps(alarms)).toEqual([
      ['opened', 'sudden', 5.4, null],
      ['closed', 'sudden', 8.4, 'released'],
      ['opened', 'creeping', 20.4, null],
    ]);
  });

  it('do so by default: the loudest clack is no ageing, though 20 means are above α', () => {
    const detectors = [
      { ...SUDDEN_DEFAULTS, alpha: 1 },
      { ...CREEPING_DEFAULTS, alpha: 0.5 },
    ];
    const monitor = new MachineMonitor({ ...MACHINE_DEFAULTS, detectors });
    const residuals = new Array(100).fill(0.3).with(40, 1000);
    const verdicts = segmentsFrom(0, residuals).map(segment => monitor.step(segment));
    expect(verdicts.filter(({ detectors: [, creeping] }) => creeping!.state === 'abnormal')).toHaveLength(20);
    expect(steps(verdicts.flatMap(({ alarms }) => alarms))).toEqual([
      ['opened', 'sudden', 41.4, null],
      ['closed', 'sudden', 51.4, 'released'],
    ]);
  });

  it('say of each segment what it is', () => {
    const monitor = new MachineMonitor(machineOptions(SUDDEN, { ...CREEPING, n: 2 }));
    const verdicts = segmentsFrom(0, [0.3, 0.3, 2, 0.4]).map(segment => monitor.step(segment));
    expect(verdicts.map(({ state }) => state)).toEqual(['normal', 'normal', 'abnormal', 'abnormal']);
    expect(verdicts.map(({ detectors }) => detectors.map(({ state }) => state))).toEqual([
      ['normal', 'gap'],
      ['normal', 'normal'],
      ['abnormal', 'abnormal'],
      ['normal', 'abnormal'],
    ]);
    expect(verdicts[3]!.detectors[1]!.mean).toBeCloseTo(1.2, 12);
  });
});

describe('a machine that is off', () => {
  it('is neither normal nor abnormal, and empties the mean', () => {
    const monitor = new MachineMonitor(machineOptions({ ...CREEPING, n: 2 }));
    const quiet = { levelDb: 39.9, residual: Number.NaN };
    const states = [
      segmentAt(0, 0.1),
      segmentAt(1, 0.1),
      segmentAt(2, 9, quiet),
      segmentAt(3, 9, { levelDb: null }),
      segmentAt(4, 0.1),
      segmentAt(5, 0.1),
    ].map(segment => monitor.step(segment).state);
    expect(states).toEqual(['gap', 'normal', 'off', 'off', 'gap', 'normal']);
  });

  it('keeps its alarm through a pause, so that a clacking machine that stops and starts alarms once', () => {
    const monitor = new MachineMonitor(machineOptions(SUDDEN));
    const segments = [0, 20, 40].flatMap(second => [
      ...segmentsFrom(second, [2, 2]),
      ...segmentsFrom(second + 2, [0, 0]).map(segment => ({ ...segment, levelDb: 20 })),
    ]);
    expect(steps(alarmsOf(monitor, segments))).toEqual([['opened', 'sudden', 1.4, null]]);
  });

  it('loses its alarm when it stays off, or when nothing is heard of it', () => {
    const off = [
      segmentAt(0, 2),
      segmentAt(1, 0, { levelDb: 20 }),
      segmentAt(61, 0, { levelDb: 20 }),
      segmentAt(62, 0, { levelDb: 20 }),
    ];
    expect(steps(alarmsOf(new MachineMonitor(machineOptions(SUDDEN)), off))).toEqual([
      ['opened', 'sudden', 1.4, null],
      ['closed', 'sudden', 61.4, 'off'],
    ]);
    const lost = [segmentAt(0, 2), segmentAt(100, 2, { afterGap: true })];
    expect(steps(alarmsOf(new MachineMonitor(machineOptions(SUDDEN)), lost))).toEqual([
      ['opened', 'sudden', 1.4, null],
      ['closed', 'sudden', 61.4, 'gap'],
      ['opened', 'sudden', 101.4, null],
    ]);
  });

  it('gives the same closing, whether event time or the next segment brings it', () => {
    const waiting = new MachineMonitor(machineOptions(SUDDEN));
    waiting.step(segmentAt(0, 2));
    expect(waiting.advance(61.3 * S)).toEqual([]);
    const told = waiting.advance(61.4 * S);
    const asked = new MachineMonitor(machineOptions(SUDDEN));
    asked.step(segmentAt(0, 2));
    expect(asked.step(segmentAt(200, 0.1, { afterGap: true })).alarms).toEqual(told);
    expect(told).toHaveLength(1);
    expect(waiting.advance(1000 * S)).toEqual([]);
  });
});

describe('a gap', () => {
  it('empties the mean, so that none goes across it', () => {
    const monitor = new MachineMonitor(machineOptions({ ...CREEPING, n: 2 }));
    monitor.step(segmentAt(0, 10));
    const across = monitor.step(segmentAt(9, 0.2, { afterGap: true }));
    expect(across.detectors[0]).toMatchObject({ mean: null, state: 'gap' });
    expect(monitor.step(segmentAt(10, 0.4)).detectors[0]!.mean).toBeCloseTo(0.3, 12);
  });

  it('breaks a run that was about to become an alarm', () => {
    const monitor = new MachineMonitor(machineOptions({ ...SUDDEN, holdSegments: 2 }));
    const segments = [
      segmentAt(0, 2),
      segmentAt(5, 2, { afterGap: true }),
      segmentAt(6, 0.1),
      segmentAt(7, 2),
    ];
    expect(alarmsOf(monitor, segments)).toEqual([]);
  });
});

describe('an alarm', () => {
  it('names the bands that reconstruct worst against their normal residual', () => {
    const options = {
      ...machineOptions({ ...SUDDEN, holdSegments: 2 }),
      normalBands: Float64Array.of(4, 1, 1, 0.5),
    };
    const monitor = new MachineMonitor(options);
    const bands = (...values: number[]) => ({ bandResiduals: Float64Array.from(values) });
    monitor.step(segmentAt(0, 0.5, bands(90, 90, 90, 90)));
    monitor.step(segmentAt(1, 2, bands(4, 1, 2, 2)));
    const [opened] = monitor.step(segmentAt(2, 2, bands(4.4, 1, 2, 4))).alarms;
    const [closed] = monitor.end();
    expect(closed!.worstBands).toEqual([]);
    expect(opened!.worstBands).toEqual([
      { band: 3, residual: 3, normalResidual: 0.5, ratio: 6 },
      { band: 2, residual: 2, normalResidual: 1, ratio: 2 },
    ]);
  });

  it('stays open under a new model, whose thresholds count from the next segment on', () => {
    const monitor = new MachineMonitor(machineOptions(SUDDEN, { ...CREEPING, n: 2 }));
    expect(alarmsOf(monitor, segmentsFrom(0, [2, 2])).map(({ kind }) => kind)).toEqual(['opened']);
    monitor.useModel({ alphas: [3, 2.5], normalBands: null });
    const verdict = monitor.step(segmentAt(2, 2));
    expect(verdict.detectors).toMatchObject([
      { mean: 2, state: 'normal', alarm: true },
      // Residuals of two models have no common mean.
      { mean: null, state: 'gap', alarm: false },
    ]);
    expect(steps(alarmsOf(monitor, segmentsFrom(3, [2, 2])))).toEqual([
      ['closed', 'sudden', 5.4, 'released'],
    ]);
  });
});

describe('bad input', () => {
  it('is refused, and changes nothing', () => {
    const options = { ...machineOptions(SUDDEN), normalBands: Float64Array.of(1, 1) };
    const monitor = new MachineMonitor(options);
    monitor.step(segmentAt(5, 0.1));
    const before = JSON.stringify(monitor.resumePoint);
    const code = (what: string) => expect.objectContaining({ code: what });
    const refused = (segment: MachineSegment) => expect(() => monitor.step(segment));
    for (const residual of [Number.NaN, Number.POSITIVE_INFINITY, -0.1])
      refused(segmentAt(6, residual)).toThrow(code('RESIDUALS_INVALID'));
    refused(segmentAt(5, 0.1)).toThrow(/not after the one before/);
    refused(segmentAt(6, 0.1, { endUs: 6 * S })).toThrow(/can't last/);
    refused(segmentAt(6.1234567, 0.1)).toThrow(/can't last/);
    refused(segmentAt(6, 0.1, { levelDb: Number.NaN })).toThrow(/level NaN/);
    refused(segmentAt(6, 0.1, { bandResiduals: Float64Array.of(1) })).toThrow(
      /has 1 bands, normal operation 2/,
    );
    refused(segmentAt(6, 0.1, { bandResiduals: Float64Array.of(1, Number.NaN) })).toThrow(/is NaN/);
    expect(JSON.stringify(monitor.resumePoint)).toBe(before);
    expect(monitor.step(segmentAt(6, 0.1)).state).toBe('normal');
  });

  it('in options is refused', () => {
    const made = (more: object) => expect(() => new MachineMonitor(machineOptions({ ...SUDDEN, ...more })));
    for (const alpha of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) made({ alpha }).toThrow(/α of sudden/);
    made({ n: 0 }).toThrow(/n of sudden/);
    made({ holdSegments: 0 }).toThrow(/holdSegments/);
    made({ raiseRatio: 0.9 }).toThrow(/raiseRatio/);
    made({ holdSecs: Number.NaN }).toThrow(/holdSecs/);
    made({ releaseRatio: 1.1 }).toThrow(/releaseRatio/);
    made({ releaseSecs: -1 }).toThrow(/releaseSecs/);
    expect(() => new MachineMonitor(machineOptions(SUDDEN, SUDDEN))).toThrow(/a name of its own/);
    expect(() => new MachineMonitor(machineOptions())).toThrow(/needs detectors/);
    const { resumePoint } = new MachineMonitor(machineOptions(CREEPING));
    expect(() => new MachineMonitor(machineOptions(SUDDEN), resumePoint)).toThrow(
      /other detectors: creeping/,
    );
    const monitor = new MachineMonitor(machineOptions(SUDDEN));
    expect(() => monitor.useModel({ alphas: [], normalBands: null })).toThrow(/0 thresholds/);
    expect(() => monitor.useModel({ alphas: [0], normalBands: null })).toThrow(/α of sudden/);
  });
});
