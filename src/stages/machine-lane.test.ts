import { describe, expect, it } from 'vitest';
import { isOff } from '../anomaly/machine-segment.js';
import { encodePcm } from '../audio/pcm.js';
import { samplesToUs } from '../audio/sample-clock.js';
import { noise } from '../audio/testing/signals.js';
import { codec, decodeAny } from '../records/codec.js';
import type { Alarm, MachineScore } from '../records/types.js';
import { emptyCheckpoint, stateKey } from '../stream/checkpoint.js';
import type { Outgoing } from './outgoing.js';
import { judgingModel } from './testing/judging-model.js';
import { liveMachineLane, MACHINE_LANE } from './testing/machine-life.js';

const START_US = 1_700_000_000_000_000;
const RATE = 8_000;
const NORMAL = 0.08;
const ABNORMAL = 0.5;

const model = judgingModel('v1', 0.9);
const always = () => model;

/** A chunk of a tenth of a second. */
function chunk(sensor: string, number: number, amplitude: number, endOfStream = false): Uint8Array {
  const samples = noise(amplitude, RATE / 10, number);
  const firstSample = (number * RATE) / 10;
  return codec('audio-chunk').encode({
    ...{ sensor, streamId: 's', firstSample, sampleRateHz: RATE, endOfStream },
    startTimeUs: START_US + samplesToUs(firstSample, RATE),
    ...{ channels: 1, encoding: 'F32LE', calibrationDbSpl: null, samples: encodePcm(samples, 'f32le') },
  });
}

const chunks = (sensor: string, from: number, to: number, amplitude = NORMAL) =>
  Array.from({ length: to - from }, (_, i) => chunk(sensor, from + i, amplitude));

const alarmsOf = (sent: readonly Outgoing[]) =>
  sent.filter(({ topic }) => topic === 'alarms').map(({ value }) => decodeAny(value!).value as Alarm);

const steps = (sent: readonly Outgoing[], detector: string) =>
  alarmsOf(sent)
    .filter(({ evidence }) => evidence!.detector === detector)
    .map(({ state, evidence }) => [state, evidence!.closedBy]);

const start = emptyCheckpoint(0);

describe('the machines of a lane', () => {
  it('let an alarm end when no model scores its machine any more', async () => {
    const log = chunks('press', 0, 10, ABNORMAL);
    const retiredUs = START_US + 200_000;
    const modelAt = (timeUs: number) => (timeUs < retiredUs ? model : null);
    const undisturbed = await liveMachineLane(log, modelAt, start, log.length);
    expect(steps(undisturbed.sent, 'sudden')).toEqual([
      ['raised', null],
      ['cleared', 'gap'],
    ]);
    expect(steps(undisturbed.sent, 'creeping')).toEqual([
      ['raised', null],
      ['cleared', 'gap'],
    ]);
    expect(undisturbed.raised.sort()).toEqual(['creeping', 'sudden']);
    expect(undisturbed.counts.off).toBe(0);
    expect(undisturbed.counts.scored).toBe(undisturbed.sent.length - alarmsOf(undisturbed.sent).length);
    // One begins every 6.01 ms; the last two wait for what their filter looks ahead to.
    expect(undisturbed.counts.scored + undisturbed.counts.unscored).toBe(163);
    // Restarted again and again while nothing is judged, a lane still knows by which model the alarms were.
    const sent: Outgoing[] = [];
    let checkpoint = start;
    for (const until of [2, 3, 4, log.length]) {
      const life = await liveMachineLane(log, modelAt, checkpoint, until);
      sent.push(...life.sent);
      checkpoint = life.checkpoint;
    }
    expect(alarmsOf(sent)).toEqual(alarmsOf(undisturbed.sent));
    expect(new Set(alarmsOf(sent).map(({ modelVersion }) => modelVersion))).toEqual(new Set(['v1']));
  });

  it('let an alarm end when its recorder has ended and stays away, and let go of the log then', async () => {
    const log = [
      ...chunks('press', 0, 2, ABNORMAL),
      chunk('press', 2, ABNORMAL, true),
      ...chunks('pump', 3, 13),
    ];
    const undisturbed = await liveMachineLane(log, always, start, log.length);
    expect(steps(undisturbed.sent, 'sudden')).toEqual([
      ['raised', null],
      ['cleared', 'end'],
    ]);
    expect([...undisturbed.checkpoint.holds.keys()]).toEqual([stateKey('pump')]);
    for (const until of [3, 5, 8]) {
      const first = await liveMachineLane(log, always, start, until);
      expect(first.checkpoint.holds.has(stateKey('press'))).toBe(true);
      const second = await liveMachineLane(log, always, first.checkpoint, log.length);
      expect(alarmsOf([...first.sent, ...second.sent])).toEqual(alarmsOf(undisturbed.sent));
    }
  });

  it('have no creeping alarms of a model without a threshold for means', async () => {
    const log = chunks('press', 0, 4, ABNORMAL);
    const { sent } = await liveMachineLane(log, () => judgingModel('v1', 0.9, 2, [1]), start, log.length);
    expect(alarmsOf(sent).map(({ evidence }) => evidence!.detector)).toEqual(['sudden']);
    const scores = sent.filter(({ topic }) => topic === 'scores');
    for (const { value } of scores)
      expect((decodeAny(value!).value as MachineScore).detectors.map(({ detector }) => detector)).toEqual([
        'sudden',
      ]);
  });

  it('are off when they are quieter than told, or silent', () => {
    expect([-50.1, -50, null].map(levelDb => isOff(levelDb, -50))).toEqual([true, false, true]);
    expect([-90, null].map(levelDb => isOff(levelDb, null))).toEqual([false, true]);
  });

  it('keep an alarm through a restart of its recorder', async () => {
    const log = [chunk('press', 0, ABNORMAL), chunk('press', 1, ABNORMAL, true), ...chunks('pump', 2, 4)];
    const again = chunks('press', 3, 5, ABNORMAL);
    const { sent } = await liveMachineLane([...log, ...again], always, start, log.length + again.length);
    expect(steps(sent, 'sudden')).toEqual([['raised', null]]);
  });

  it('hold nothing of a machine whose recorder has ended without an alarm', async () => {
    const log = [...chunks('press', 0, 2), chunk('press', 2, NORMAL, true)];
    const { checkpoint } = await liveMachineLane(log, always, start, log.length);
    expect([...checkpoint.holds]).toEqual([]);
  });

  it.each([
    ['is no machine’s any more', MACHINE_LANE.sensors.others!],
    ['is refused by now', null],
  ])('let go of the log of a microphone that %s', async (_, others) => {
    const log = [...chunks('press', 0, 3, ABNORMAL), ...chunks('pump', 3, 15)];
    const first = await liveMachineLane(log, always, start, 4);
    expect(first.checkpoint.holds.has(stateKey('press'))).toBe(true);
    const byId = new Map([['pump', MACHINE_LANE.sensors.byId.get('pump')!]]);
    const options = { ...MACHINE_LANE, sensors: { byId, others } };
    const second = await liveMachineLane(log, always, first.checkpoint, 6, 1, options);
    expect(second.checkpoint.holds.has(stateKey('press'))).toBe(true);
    const third = await liveMachineLane(log, always, second.checkpoint, log.length, 1, options);
    expect([...third.checkpoint.holds.keys()]).toEqual([stateKey('pump')]);
    expect([...third.checkpoint.notes.keys()]).toEqual([stateKey('pump')]);
  });
});
