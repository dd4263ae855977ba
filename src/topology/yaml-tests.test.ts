import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NoiseEvent } from '../audio/sensor-records.js';
import { SensorStream } from '../audio/sensor-stream.js';
import { compareEvents, type ObservedEvent } from './compare-events.js';
import { parseTopology } from './parse-topology.js';
import { formatProblem } from './problem.js';
import { sensorSettings } from './sensor-options.js';
import { synthesize } from './synthetic-sound.js';
import type { TopologyTest } from './test-options.js';
import { parseTopologyTests, topologyForTest } from './yaml-tests.js';

const read = (path: string) => readFileSync(new URL(`../../topologies/${path}`, import.meta.url), 'utf8');
const topology = parseTopology(read('noise-clustering.yaml'), {}).value;
if (!topology) throw new Error('the shipped topology is wrong');

const parse = (tests: string) => parseTopologyTests(`topology: t.yaml\ntests:\n${tests}`, {});

describe('parseTopologyTests', () => {
  it('parses the shipped tests', () => {
    const { value, problems } = parseTopologyTests(read('tests/noise-clustering.test.yaml'), {});
    expect(problems).toEqual([]);
    expect(value?.tests.length).toBeGreaterThan(3);
    expect(value?.tests[0]).toMatchObject({
      sensor: 'mic-test',
      input: {
        type: 'synthetic',
        sampleRateHz: 22_050,
        segments: [{ type: 'noise', levelDbfs: -60, seed: 1 }, {}, {}],
      },
      events: [{ startSecs: 3, laeqDb: { min: -13.5, max: -11.5 } }],
    });
  });

  it('finds mistakes with their places', () => {
    const { problems } = parse(
      '  - name: x\n    input: { type: file, paths: [a.wav] }\n    events: [{ start: 1 }]\n  - name: y\n    inputs: {}\n',
    );
    expect(problems.map(problem => formatProblem('t.yaml', problem))).toEqual([
      't.yaml:4:20: error: `type` must be `files` or `synthetic`, not "file". Did you mean `files`? [invalid-value]',
      't.yaml:5:14: error: `start_secs` is missing in `tests[0].events[0]`; it must be a number of seconds from 0 to 86400. [missing-option]',
      't.yaml:5:16: error: `start` has the wrong unit. Use `start_secs`. [wrong-unit]',
      't.yaml:6:5: error: `input` is missing in `tests[1]`; it must be a group of options. [missing-option]',
      't.yaml:6:5: error: `events` is missing in `tests[1]`; it must be a list. [missing-option]',
      't.yaml:7:5: error: There is no option `inputs` in `tests[1]`. Did you mean `input`? [unknown-key]',
    ]);
  });

  it('refuses a tone that the sample rate can not hold', () => {
    const { value, problems } = parse(
      '  - { name: x, events: [], input: { type: synthetic, sample_rate_hz: 8000, segments: [{ type: tone, duration_secs: 1, frequency_hz: 4000, level_dbfs: -1 }] } }\n',
    );
    expect(value).toBeNull();
    expect(problems[0]?.message).toBe("A tone of 4000 Hz can't be had at 8000 samples a second.");
  });
});

describe('topologyForTest', () => {
  it("puts the test's settings over those of the sensor and of the defaults", () => {
    const changes = { thresholdDb: -20, hysteresisDb: 6, clips: { ttlDays: 2 } };
    const base = { ...topology, sensors: { ...topology.sensors, byId: new Map([['a', changes]]) } };
    const test = (sensor: string) =>
      ({ sensor, settings: { thresholdDb: -40, clips: { mode: 'full' } } }) as TopologyTest;
    expect(sensorSettings(topologyForTest(base, test('a')).sensors, 'a')).toMatchObject({
      thresholdDb: -40,
      hysteresisDb: 6,
      clips: { mode: 'full', ttlDays: 2 },
    });
    expect(sensorSettings(topologyForTest(base, test('b')).sensors, 'b')).toMatchObject({
      thresholdDb: -40,
      hysteresisDb: 3,
    });
    expect(base.sensors.byId.get('a')).toBe(changes);
  });
});

describe('synthesize', () => {
  const levelDbfs = (samples: Float32Array) =>
    10 * Math.log10(2 * (samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length));

  it('gives tone and noise the level that was asked for', () => {
    const make = (type: 'tone' | 'noise') =>
      synthesize({
        type: 'synthetic',
        sampleRateHz: 22_050,
        segments: [{ type, durationSecs: 2, frequencyHz: 1000, levelDbfs: -2, seed: 1 }],
      });
    expect(levelDbfs(make('tone'))).toBeCloseTo(-2, 2);
    expect(levelDbfs(make('noise'))).toBeCloseTo(-2, 0);
    for (const type of ['tone', 'noise'] as const) expect(Math.max(...make(type))).toBeLessThanOrEqual(1);
  });

  it('puts segments where their times are, without adding up what is rounded', () => {
    const segments = Array.from({ length: 30 }, () => ({ type: 'silence' as const, durationSecs: 0.33335 }));
    expect(synthesize({ type: 'synthetic', sampleRateHz: 8000, segments })).toHaveLength(80_004);
    const [a, b] = [1, 2].map(seed =>
      synthesize({
        type: 'synthetic',
        sampleRateHz: 8000,
        segments: [{ type: 'noise', durationSecs: 0.01, levelDbfs: -6, seed }],
      }),
    );
    expect(a).not.toEqual(b);
  });
});

describe('compareEvents', () => {
  const observed = (startSecs: number, rest: Partial<ObservedEvent> = {}): ObservedEvent => ({
    onsetTimeUs: 1_000_000_000 + startSecs * 1e6,
    durationSecs: 1,
    laeqDb: -20,
    lafmaxDb: -18,
    lcpeakDb: -10,
    closedBy: 'release',
    ...rest,
  });
  const compare = (
    expected: Parameters<typeof compareEvents>[0],
    events: readonly ObservedEvent[],
    toleranceSecs = 0.1,
  ) => compareEvents(expected, events, { inputStartUs: 1_000_000_000, toleranceSecs });

  it('is content when everything is within its tolerance', () => {
    const wanted = {
      startSecs: 2,
      durationSecs: 1.1,
      laeqDb: { min: -20, max: -20 },
      closedBy: 'release' as const,
    };
    expect(compare([wanted], [observed(2.1)])).toEqual([]);
    expect(compare([], [])).toEqual([]);
  });

  it('says what differs', () => {
    const wanted = {
      startSecs: 2,
      durationSecs: 2,
      laeqDb: { min: -10, max: 0 },
      lcpeakDb: { min: -300, max: -11 },
      closedBy: 'gap' as const,
    };
    expect(compare([wanted], [observed(2)])).toEqual([
      'The event at 2 s lasts 1 s, not 2 s ± 0.1 s.',
      'The event at 2 s has an LAeq of -20.0 dB, not from -10 to 0 dB.',
      'The event at 2 s has an LCpeak of -10.0 dB, not from -300 to -11 dB.',
      'The event at 2 s was ended by release, not by gap.',
    ]);
  });

  it('does not take silence for a level', () => {
    const wanted = { startSecs: 2, laeqDb: { min: -300, max: 300 } };
    expect(compare([wanted], [observed(2, { laeqDb: null })])).toEqual([
      'The event at 2 s has an LAeq of silence, not from -300 to 300 dB.',
    ]);
  });

  it('names what is missing and what is too much, without blaming the others', () => {
    expect(
      compare(
        [1, 2, 3].map(startSecs => ({ startSecs })),
        [observed(2), observed(3), observed(7)],
      ),
    ).toEqual([
      'There is no event at 1 s.',
      'There is an event that was not expected, at 7 s, of 1 s, LAeq -20.0 dB.',
    ]);
  });

  it('gives each event to the nearest that expects it', () => {
    expect(compare([{ startSecs: 2 }, { startSecs: 2.2 }], [observed(2.1), observed(2.25)], 0.3)).toEqual([]);
    expect(compare([{ startSecs: 2 }, { startSecs: 2.05 }], [observed(2.04)])).toEqual([
      'There is no event at 2 s.',
    ]);
  });

  it('lets an event have a tolerance of its own', () => {
    expect(compare([{ startSecs: 2, toleranceSecs: 0.5 }], [observed(2.5)])).toEqual([]);
  });
});

describe('the shipped tests', () => {
  const tests = parseTopologyTests(read('tests/noise-clustering.test.yaml'), {}).value;
  const listen = topology.stages.get('listen');
  if (!tests || listen?.type !== 'noise_events') throw new Error('the shipped files are wrong');

  // The whole way through topics is `plantsense test`; here the audio room alone must agree with what they say.
  for (const test of tests.tests) {
    it(`hold for the audio room: ${test.name}`, () => {
      const settings = sensorSettings(topologyForTest(topology, test).sensors, test.sensor);
      if (!settings || test.input.type !== 'synthetic') throw new Error('not a synthetic test');
      const { gridSecs, warmupSecs, clockJumpSecs } = listen;
      const stream = new SensorStream({ trigger: settings, gridSecs, warmupSecs, clockJumpSecs });
      const startTimeUs = 1_700_000_000_000_000;
      const { events } = stream.push(
        {
          streamId: 's',
          firstSample: 0,
          startTimeUs,
          sampleRateHz: test.input.sampleRateHz,
          calibrationDbSpl: settings.calibrationDbSpl,
          samples: synthesize(test.input),
          endOfStream: true,
        },
        0,
      );
      const found = events.map(toObserved);
      expect(
        compareEvents(test.events, found, { inputStartUs: startTimeUs, toleranceSecs: tests.toleranceSecs }),
      ).toEqual([]);
    });
  }
});

function toObserved({ lafMaxDb, lcPeakDb, ...event }: NoiseEvent): ObservedEvent {
  return { ...event, lafmaxDb: lafMaxDb, lcpeakDb: lcPeakDb };
}
