import { describe, expect, it } from 'vitest';
import { encodePcm } from '../audio/pcm.js';
import { samplesToUs } from '../audio/sample-clock.js';
import { noise } from '../audio/testing/signals.js';
import { codec, decodeAny } from '../records/codec.js';
import type { Alarm } from '../records/types.js';
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
    // Restarted when nothing was judged for a while, a lane still knows by which model.
    const first = await liveMachineLane(log, modelAt, start, 3);
    const second = await liveMachineLane(log, modelAt, first.checkpoint, log.length);
    expect(alarmsOf([...first.sent, ...second.sent])).toEqual(alarmsOf(undisturbed.sent));
    expect(alarmsOf(second.sent).map(({ modelVersion }) => modelVersion)).toEqual(['v1', 'v1']);
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
