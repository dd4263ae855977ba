import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlarmRecord } from './alarm.js';
import type { DetectorOptions } from './detector-options.js';
import { MachineMonitor, type MachineOptions, type MachineResumePoint } from './machine-monitor.js';
import type { MachineSegment } from './machine-segment.js';
import { segmentAt } from './testing/machine-segments.js';

/** Short times, so that everything happens often. */
const detector = (name: string): fc.Arbitrary<DetectorOptions> =>
  fc.record({
    name: fc.constant(name),
    n: fc.integer({ min: 1, max: 5 }),
    alpha: fc.constantFrom(0.6, 1, 1.3),
    raiseRatio: fc.constantFrom(1, 1.2),
    holdSegments: fc.integer({ min: 1, max: 4 }),
    holdSecs: fc.constantFrom(0, 2, 5),
    releaseRatio: fc.constantFrom(0.5, 0.8, 1),
    releaseSecs: fc.constantFrom(0, 2, 6),
    staleSecs: fc.constantFrom(0, 3, 20),
  });

const options: fc.Arbitrary<MachineOptions> = fc
  .tuple(detector('sudden'), detector('creeping'))
  .map(detectors => ({
    detectors,
    offBelowDb: 40,
    normalBands: Float64Array.of(0.5, 0.7),
    worstBands: 2,
  }));

/** A machine's day: mostly runs of like residuals, with pauses and gaps. */
const day: fc.Arbitrary<MachineSegment[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('run', 'run', 'run', 'run', 'off', 'gap'),
      length: fc.integer({ min: 1, max: 9 }),
      level: fc.constantFrom(0.3, 0.7, 0.95, 1.1, 1.6),
      jitter: fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
    }),
    { maxLength: 14 },
  )
  .map(stretches => {
    const segments: MachineSegment[] = [];
    let second = 0;
    for (const { kind, length, level, jitter } of stretches) {
      if (kind === 'gap') second += length * 3;
      for (let i = 0; i < length; i++) {
        const residual = level + jitter.next().value / 30;
        segments.push(
          segmentAt(second++, residual, {
            afterGap: kind === 'gap' && i === 0,
            levelDb: kind === 'off' ? 20 : 60,
            bandResiduals: Float64Array.of(residual, residual * residual),
          }),
        );
      }
    }
    return segments;
  });

const listen = (monitor: MachineMonitor, segments: readonly MachineSegment[]) =>
  segments.map(segment => monitor.step(segment));

/** Another model scores the segments from the given starts on. */
interface Swap {
  readonly fromUs: number;
  readonly alphas: readonly number[];
}

const swaps: fc.Arbitrary<Swap[]> = fc.array(
  fc.record({
    fromUs: fc.integer({ min: 0, max: 60 }).map(second => second * 1_000_000),
    alphas: fc.tuple(fc.constantFrom(0.5, 1.2), fc.constantFrom(0.5, 1.2)),
  }),
  { maxLength: 3 },
);

/** As {@link listen}, with models that change. */
function listenWith(monitor: MachineMonitor, segments: readonly MachineSegment[], models: readonly Swap[]) {
  return segments.map(segment => {
    for (const { fromUs, alphas } of models)
      if (fromUs === segment.startUs) monitor.useModel({ alphas, normalBands: Float64Array.of(0.5, 0.7) });
    return monitor.step(segment);
  });
}

/** The machine as the models before a time made it. */
function inForce(
  machine: MachineOptions,
  models: readonly Swap[],
  segments: readonly MachineSegment[],
  us: number,
): MachineOptions {
  const alphas = segments
    .filter(({ startUs }) => startUs < us)
    .flatMap(({ startUs }) => models.filter(({ fromUs }) => fromUs === startUs))
    .at(-1)?.alphas;
  if (alphas === undefined) return machine;
  return {
    ...machine,
    detectors: machine.detectors.map((detector, i) => ({ ...detector, alpha: alphas[i]! })),
  };
}

const from = (segments: readonly MachineSegment[], us: number) =>
  segments.filter(({ startUs }) => startUs >= us);

describe('a machine’s monitor', () => {
  it('opens an alarm once and closes it once, in the order of time, with evidence that only grows', () => {
    fc.assert(
      fc.property(options, day, (machine, segments) => {
        const monitor = new MachineMonitor(machine);
        const alarms = [...listen(monitor, segments).flatMap(verdict => verdict.alarms), ...monitor.end()];
        for (const { name } of machine.detectors) {
          let open: AlarmRecord | null = null;
          for (const alarm of alarms.filter(record => record.detector === name)) {
            expect(alarm.kind === 'opened').toBe(open === null);
            if (open !== null) {
              expect(alarm.openedUs).toBe(open.openedUs);
              expect(alarm.atUs).toBeGreaterThanOrEqual(open.atUs);
              expect(alarm.evidence.segments).toBeGreaterThanOrEqual(open.evidence.segments);
              expect(alarm.evidence.firstUs).toBe(open.evidence.firstUs);
            }
            expect(alarm.closedBy === null).toBe(alarm.kind !== 'closed');
            open = alarm.kind === 'closed' ? null : alarm;
          }
          expect(open).toBeNull();
        }
      }),
    );
  });

  it('calls abnormal what is above α, whatever its alarms do', () => {
    fc.assert(
      fc.property(options, day, (machine, segments) => {
        listen(new MachineMonitor(machine), segments).forEach((verdict, i) => {
          const off = segments[i]!.levelDb === 20;
          verdict.detectors.forEach(({ mean, state }, d) => {
            const above = mean !== null && mean > machine.detectors[d]!.alpha;
            expect(state).toBe(off ? 'off' : mean === null ? 'gap' : above ? 'abnormal' : 'normal');
          });
        });
      }),
    );
  });

  it('says the same when it is thrown away after any batch, or in a replay, and rebuilt from the log and its models', () => {
    const lengths = fc.infiniteStream(fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(options, day, swaps, lengths, (machine, segments, models, length) => {
        const undisturbed = listenWith(new MachineMonitor(machine), segments, models);
        let resume: MachineResumePoint | null = null;
        let seen = 0;
        for (let life = 0; seen < segments.length; life++) {
          const replayFromUs = resume?.replayFromUs ?? 0;
          const model = inForce(machine, models, segments, replayFromUs);
          const monitor: MachineMonitor = new MachineMonitor(model, resume);
          const begin = segments.findIndex(({ startUs }) => startUs >= replayFromUs);
          // Every other life may end in the middle of its replay.
          const end = (life % 2 === 0 ? Math.max(seen, begin) : begin) + length.next().value;
          // Where a replay begins, nothing is known of the sound before.
          const log = segments.slice(begin, end);
          if (life > 0 && log[0]) log[0] = { ...log[0], afterGap: true };
          const verdicts = listenWith(monitor, log, models);
          // What was said before stays said.
          const fresh = Math.max(0, seen - begin);
          expect(verdicts.slice(fresh)).toEqual(undisturbed.slice(begin + fresh, end));
          seen = Math.max(seen, end);
          resume = JSON.parse(JSON.stringify(monitor.resumePoint)) as MachineResumePoint;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('needs no more of the log than it says', () => {
    fc.assert(
      fc.property(options, day, (machine, segments) => {
        const monitor = new MachineMonitor(machine);
        segments.forEach((segment, i) => {
          monitor.step(segment);
          const { detectors } = monitor.resumePoint;
          machine.detectors.forEach(({ n, holdSegments, holdSecs }, d) => {
            const running = from(segments.slice(0, i + 1), detectors[d]!.replayFromUs);
            // The n segments of a mean, and those that an alarm has to hold for.
            const beforeUs = segment.startUs - (running[0] ?? segment).startUs;
            expect(beforeUs / 1e6).toBeLessThanOrEqual(Math.max(holdSegments, holdSecs) + n);
          });
        });
      }),
    );
  });

  it('needs nothing of the log where the sound has broken off', () => {
    fc.assert(
      fc.property(options, day, (machine, segments) => {
        fc.pre(segments.length > 0);
        const monitor = new MachineMonitor(machine);
        listen(monitor, segments);
        monitor.interrupt();
        expect(monitor.resumePoint.replayFromUs).toBeGreaterThan(segments.at(-1)!.startUs);
      }),
    );
  });

  it('without an alarm needs the last n segments only', () => {
    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 30 }), (machine, length) => {
        const monitor = new MachineMonitor(machine);
        const segments = Array.from({ length }, (_, second) => segmentAt(second, 0.1));
        listen(monitor, segments);
        monitor.resumePoint.detectors.forEach(({ replayFromUs, alarm }, d) => {
          expect(alarm).toBeNull();
          expect(from(segments, replayFromUs)).toHaveLength(Math.min(length, machine.detectors[d]!.n));
        });
      }),
    );
  });
});
