import { dirname, resolve } from 'node:path';
import type { Sound } from '../audio/audio-file.js';
import { SensorStream } from '../audio/sensor-stream.js';
import { PlantsenseError } from '../errors.js';
import { readSound } from '../stages/read-sound.js';
import { streamOptions } from '../stages/sensor-settings.js';
import { compareEvents, type ObservedEvent } from './compare-events.js';
import type { Env } from './interpolate.js';
import { invalid, loadTopology, readText } from './load.js';
import { sensorSettings } from './sensor-options.js';
import { synthesize } from './synthetic-sound.js';
import type { TopologyTest, TopologyTests } from './test-options.js';
import type { Topology } from './topology.js';
import { parseTopologyTests, topologyForTest } from './yaml-tests.js';

export interface YamlTestResult {
  readonly name: string;
  readonly ok: boolean;
  /** What is not as expected, a sentence each. */
  readonly failures: readonly string[];
}

/** An event time that grid steps of any common length divide: tests don't depend on when they run. */
const INPUT_START_US = Date.UTC(2026, 0, 1) * 1000;
const CHUNK_SECS = 1;

/**
 * Runs the tests of a file, one after the other.
 * @throws PlantsenseError FILE_NOT_FOUND, TOPOLOGY_INVALID (of the tests or of the topology), what reading a sound throws
 */
export async function* runYamlTests(path: string, env: Env): AsyncGenerator<YamlTestResult> {
  const { value: tests, problems } = parseTopologyTests(await readText(path), env);
  if (!tests) throw invalid(path, problems);
  const { topology } = await loadTopology(resolve(dirname(path), tests.topology), env);
  for (const test of tests.tests) yield await runYamlTest(test, tests, topology, path);
}

async function runYamlTest(
  test: TopologyTest,
  { toleranceSecs }: TopologyTests,
  topology: Topology,
  path: string,
): Promise<YamlTestResult> {
  const sound = await inputOf(test, path);
  const observed = hear(sound, test.sensor, topologyForTest(topology, test));
  const failures = compareEvents(test.events, observed, { inputStartUs: INPUT_START_US, toleranceSecs });
  return { name: test.name, ok: failures.length === 0, failures };
}

/** The events that the first stage for noise events of a topology finds. */
function hear(sound: Sound, sensor: string, topology: Topology): readonly ObservedEvent[] {
  const stage = [...topology.stages.values()].find(({ type }) => type === 'noise_events');
  const settings = sensorSettings(topology.sensors, sensor);
  if (stage?.type !== 'noise_events')
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The topology ${topology.name} has no stage noise_events.`,
    );
  if (!settings)
    throw new PlantsenseError(
      'SENSOR_UNKNOWN',
      `The topology ${topology.name} refuses the sensor ${sensor}.`,
    );
  const stream = new SensorStream(streamOptions(settings, stage));
  const { samples, sampleRateHz } = sound;
  const observed: ObservedEvent[] = [];
  const step = CHUNK_SECS * sampleRateHz;
  for (let firstSample = 0; firstSample < samples.length; firstSample += step) {
    const chunk = {
      streamId: 'test',
      firstSample,
      startTimeUs: INPUT_START_US + (firstSample / step) * CHUNK_SECS * 1e6,
      sampleRateHz,
      calibrationDbSpl: settings.calibrationDbSpl,
      samples: samples.subarray(firstSample, firstSample + step),
      endOfStream: firstSample + step >= samples.length,
    };
    for (const event of stream.push(chunk, firstSample / step).events)
      observed.push({ ...event, lafmaxDb: event.lafMaxDb, lcpeakDb: event.lcPeakDb });
  }
  return observed;
}

async function inputOf({ input }: TopologyTest, path: string): Promise<Sound> {
  if (input.type === 'synthetic')
    return { sampleRateHz: input.sampleRateHz, channels: 1, samples: synthesize(input) };
  const sounds: Sound[] = [];
  for (const file of input.paths) sounds.push(await readSound(resolve(dirname(path), file)));
  return join(sounds, input.paths);
}

/** @throws PlantsenseError PARAMETER_INVALID when they have not one sample rate */
function join(sounds: readonly Sound[], paths: readonly string[]): Sound {
  const [first] = sounds;
  if (!first) throw new PlantsenseError('PARAMETER_INVALID', 'The test has no files.');
  const { sampleRateHz } = first;
  const other = sounds.findIndex(sound => sound.sampleRateHz !== sampleRateHz);
  if (other >= 0)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `${paths[other]} has ${sounds[other]?.sampleRateHz} Hz and ${paths[0]} ${sampleRateHz} Hz; one recording has one rate.`,
    );
  const samples = new Float32Array(sounds.reduce((sum, sound) => sum + sound.samples.length, 0));
  let at = 0;
  for (const sound of sounds) {
    samples.set(sound.samples, at);
    at += sound.samples.length;
  }
  return { sampleRateHz, channels: 1, samples };
}
