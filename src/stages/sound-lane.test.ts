import { describe, expect, it } from 'vitest';
import { encodePcm } from '../audio/pcm.js';
import { sine } from '../audio/testing/signals.js';
import { codec } from '../records/codec.js';
import type { AudioChunk } from '../records/types.js';
import { emptyCheckpoint, NO_LOG_NEEDED, stateKey } from '../stream/checkpoint.js';
import { ClipStore } from './clip-store.js';
import { EventTensor } from './event-tensor.js';
import { SoundLane } from './sound-lane.js';
import { soundLaneOptions } from './testing/sound-lane-options.js';

const RATE = 8000;
const START_US = 1_700_000_000_000_000;
const tensor = new EventTensor({ sampleRateHz: RATE, durationSecs: 0.5, nFft: 256, hop: 128, nMels: 8 });

function makeLane(start = emptyCheckpoint(0), options = soundLaneOptions()) {
  const lane = new SoundLane(start, options, tensor, new ClipStore('/nowhere'));
  let offset = start.position;
  return async (bytes: Uint8Array) => await lane.step(bytes, offset++, false);
}

/** A second of a sensor, quiet unless a loudness is given. */
function second(
  sensor: string,
  at: number,
  fields: Partial<AudioChunk> & { readonly loudness?: number } = {},
): Uint8Array {
  const { loudness = 0.001, ...rest } = fields;
  return codec('audio-chunk').encode({
    sensor,
    streamId: `${sensor} stream`,
    firstSample: at * RATE,
    startTimeUs: START_US + at * 1e6,
    sampleRateHz: RATE,
    channels: 1,
    encoding: 'F32LE',
    calibrationDbSpl: null,
    endOfStream: false,
    samples: encodePcm(sine(700, loudness, RATE, RATE), 'f32le'),
    ...rest,
  });
}

describe('SoundLane', () => {
  it('gives a row of levels for each second, and an event with its tensor when one ends', async () => {
    const push = makeLane();
    const topics: string[] = [];
    for (let at = 0; at < 5; at++) {
      const { outputs } = await push(second('m0', at, { loudness: at === 2 ? 0.5 : 0.001 }));
      topics.push(outputs.map(({ topic }) => topic).join());
    }
    const { outputs } = await push(second('m0', 5, { endOfStream: true, samples: new Uint8Array(0) }));
    topics.push(outputs.map(({ topic }) => topic).join());
    expect(topics.flatMap(each => each.split(',')).filter(each => each === 'levels')).toHaveLength(5);
    expect(topics.join()).toContain('events,features');
  });

  it('holds the log of a sensor while it is open, and lets go at the end of its stream', async () => {
    const push = makeLane();
    const key = stateKey('m0');
    expect((await push(second('m0', 0))).changes).toEqual([{ type: 'hold', key, offset: 0 }]);
    const end = second('m0', 1, { endOfStream: true });
    expect((await push(end)).changes).toEqual([{ type: 'release', key }]);
  });

  it('lets go of the log of a sensor that was taken out of the topology, which used to hold it for ever', async () => {
    const start = { ...emptyCheckpoint(3), holds: new Map([[stateKey('gone'), 0]]) };
    const push = makeLane(start);
    const changes = [];
    for (let at = 0; at < 6; at++) changes.push(...(await push(second('m0', at))).changes);
    expect(changes).toContainEqual({ type: 'release', key: stateKey('gone') });
    expect(changes.filter(({ type }) => type === 'release')).toHaveLength(1);
  });

  it('closes a sensor that fell silent, raises an alarm, and takes the alarm back when it is heard again', async () => {
    const push = makeLane();
    await push(second('m0', 0));
    const alarms: string[] = [];
    const changes = [];
    for (let at = 0; at < 6; at++) {
      const step = await push(second('m1', at));
      changes.push(...step.changes);
      for (const { topic, value } of step.outputs) {
        if (topic !== 'alarms') continue;
        const { sensor, kind, state, timeUs } = codec('alarm').decode(value!);
        alarms.push(`${at} ${sensor} ${kind} ${state} ${(timeUs - START_US) / 1e6}`);
      }
    }
    expect(alarms).toEqual(['4 m0 sensor_silent raised 1']);
    expect(changes).toContainEqual({ type: 'hold', key: stateKey('m0'), offset: NO_LOG_NEEDED });
    const back = await push(second('m0', 6, { streamId: 'm0 again', firstSample: 0 }));
    const cleared = codec('alarm').decode(back.outputs[0]!.value!);
    expect([cleared.kind, cleared.state]).toEqual(['sensor_silent', 'cleared']);
  });

  it('remembers over a restart that a sensor is silent, and raises no second alarm', async () => {
    const holds = new Map([[stateKey('m0'), NO_LOG_NEEDED]]);
    const push = makeLane({ ...emptyCheckpoint(50), holds });
    for (let at = 0; at < 9; at++) {
      const { outputs } = await push(second('m1', at));
      expect(outputs.filter(({ topic }) => topic === 'alarms')).toEqual([]);
    }
    const back = await push(second('m0', 9));
    expect(codec('alarm').decode(back.outputs[0]!.value!).state).toBe('cleared');
    expect(back.changes).toEqual([{ type: 'hold', key: stateKey('m0'), offset: 59 }]);
  });

  it.each([
    ['RECORD_NOT_AVRO', Uint8Array.of(1, 2, 3)],
    ['RECORD_TRUNCATED', second('m0', 1).subarray(0, 500)],
    ['AUDIO_NOT_FINITE', second('m0', 1, { samples: new Uint8Array(Float32Array.of(0, Number.NaN).buffer) })],
    ['PARAMETER_INVALID', second('m0', 1, { sampleRateHz: 500_000 })],
    ['SENSOR_UNKNOWN', second('a stranger', 1)],
  ])('refuses a chunk with %s, and goes on as if it had not been there', async (code, bad) => {
    const options = soundLaneOptions({ others: false });
    const [push, undisturbed] = [
      makeLane(emptyCheckpoint(0), options),
      makeLane(emptyCheckpoint(0), options),
    ];
    const levels = async (lane: typeof push, at: number) =>
      (await lane(second('m0', at))).outputs.map(({ value }) => Buffer.from(value!).toString('hex'));
    expect(await levels(push, 0)).toEqual(await levels(undisturbed, 0));
    await expect(push(bad)).rejects.toMatchObject({ code, class: 'terminal' });
    for (const at of [1, 2]) expect(await levels(push, at)).toEqual(await levels(undisturbed, at));
  });

  it('does not hear in a replay what it refused at first: a bad chunk used to close other sensors then', async () => {
    // m0 is held from 0 on; m1 sends bad chunks whose clock runs ahead.
    const log = [
      second('m0', 0),
      second('m1', 0, { sampleRateHz: 500_000 }),
      second('m1', 9, { sampleRateHz: 500_000 }),
    ];
    const start = { ...emptyCheckpoint(3), holds: new Map([[stateKey('m0'), 0]]) };
    const lane = new SoundLane(start, soundLaneOptions(), tensor, new ClipStore('/nowhere'));
    for (const [offset, bytes] of log.entries()) await lane.step(bytes, offset, true).catch(() => {});
    const { outputs } = await lane.step(second('m0', 1), 3, false);
    expect(outputs.map(({ topic }) => topic)).toEqual(['levels']);
  });
});
