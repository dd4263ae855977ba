import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CREEPING_DEFAULTS, SUDDEN_DEFAULTS } from '../anomaly/detector-options.js';
import { encodePcm } from '../audio/pcm.js';
import { samplesToUs } from '../audio/sample-clock.js';
import type { Broker } from '../broker/port.js';
import { announceModel } from '../lifecycle/announce-model.js';
import { DirectoryModelStore } from '../lifecycle/directory-model-store.js';
import { type FittedMachine, fitMachine } from '../lifecycle/machine-model/fit-machine.js';
import { type ScoredSegment, scoreRecording } from '../lifecycle/machine-model/score-recording.js';
import {
  machineHum,
  TINY_FIT,
  TINY_SEGMENTER,
  tinySet,
} from '../lifecycle/machine-model/testing/tiny-machine.js';
import { saveModel } from '../lifecycle/model-store.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { codec, decodeAny } from '../records/codec.js';
import { tensorFloats } from '../records/tensor-bytes.js';
import type { Alarm, AudioChunk, DeadLetter, MachineFeatures, MachineScore } from '../records/types.js';
import { publishAnnouncement } from './announcements.js';
import { type MachineResidualOptions, startMachineResidual } from './machine-residual.js';
import type { MachineSettings, SensorTable } from './sensor-settings.js';
import type { StageContext } from './stage.js';
import { until } from './testing/noise-topics.js';
import { scratchBrokers } from './testing/scratch-broker.js';
import { soundLaneOptions } from './testing/sound-lane-options.js';
import { testContext } from './testing/stage-context.js';

const RATE = 16_300;
const START_US = 1_700_000_000_000_000;

const OPTIONS: MachineResidualOptions = {
  ...{ input: 'audio', models: 'models', whenNoModel: 'unscored' },
  outputs: { scores: 'scores', alarms: 'alarms', features: null, deadLetter: 'dead' },
  segment: TINY_SEGMENTER.options,
  detectors: [
    { ...SUDDEN_DEFAULTS, releaseRatio: 1, releaseSecs: 0.05 },
    { ...CREEPING_DEFAULTS, releaseSecs: 0.2 },
  ],
  ...{ idleSecs: 60, clockJumpSecs: 0.5, batchSize: 8, lingerMs: 5 },
};

const settings = soundLaneOptions().sensors.others!;
const MACHINE: MachineSettings = { offBelowDb: -60 };

const machines = (...ids: string[]): SensorTable => ({
  byId: new Map(ids.map(id => [id, { ...settings, machine: MACHINE }])),
  others: { ...settings, machine: null },
});

/** Two seconds of a machine: hums, clacks for a while, stands still, hums. */
function shift(seed: number): Float32Array {
  const samples = machineHum(2 * RATE, seed);
  for (let i = 10_000; i < 13_000; i++) samples[i]! += 0.5 * Math.sin(i * i);
  samples.fill(0, 20_000, 24_000);
  return samples;
}

/** A recording in chunks of a tenth of a second. */
function chunksOf(sensor: string, samples: Float32Array, change: Partial<AudioChunk> = {}): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < samples.length; at += 1630) {
    const record: AudioChunk = {
      ...{ sensor, streamId: 's1', firstSample: at, startTimeUs: START_US + samplesToUs(at, RATE) },
      ...{ sampleRateHz: RATE, channels: 1, encoding: 'F32LE', calibrationDbSpl: null },
      endOfStream: at + 1630 >= samples.length,
      samples: encodePcm(samples.slice(at, at + 1630), 'f32le'),
    };
    chunks.push(codec('audio-chunk').encode({ ...record, ...change }));
  }
  return chunks;
}

const directory = mkdtempSync(join(tmpdir(), 'plantsense-machine-stage-'));
const store = new DirectoryModelStore(join(directory, 'models'));
let fitted: FittedMachine;

beforeAll(async () => {
  await openBackend();
  const data = await tinySet(directory, 'normal', Array(12).fill(130));
  fitted = await fitMachine(data.set, data.source, { ...TINY_FIT, steps: 150 });
  await saveModel(store, fitted.artefact);
  await data.close();
}, 180_000);
afterAll(() => {
  fitted.model.dispose();
  rmSync(directory, { recursive: true });
});

describe('the stage of machines', () => {
  const scratchBroker = scratchBrokers();

  async function prepare({ partitions = 1 } = {}) {
    const broker = await scratchBroker();
    await broker.admin.createTopic('audio', { partitions });
    await broker.admin.createTopic('models', { partitions: 1, cleanupPolicy: 'compact' });
    const producer = await broker.producer();
    return { broker, producer };
  }

  async function announce(broker: Broker, entity: string, activeFromUs = 0): Promise<void> {
    const announcement = announceModel([], fitted.artefact, 0, {
      ...{ state: 'promoted', activeFromUs, entity, reason: 'A test.' },
    });
    await publishAnnouncement(await broker.producer(), 'models', announcement);
  }

  const send = async (broker: Broker, chunks: readonly Uint8Array[], partition = 0) =>
    (await broker.producer()).send(
      'audio',
      chunks.map(value => ({ key: null, value, partition })),
    );

  /** A stage and what it sends; it commits at once. */
  async function listen(
    broker: Broker,
    sensors: SensorTable,
    options: Partial<MachineResidualOptions> = {},
    overrides: Partial<StageContext> = {},
  ) {
    const sent: (readonly [string, unknown])[] = [];
    const context = testContext(
      broker,
      async (topic, messages) => {
        for (const { value } of messages) sent.push([topic, decodeAny(value!).value]);
      },
      { dataDir: directory, commitIntervalMs: 1, ...overrides },
    );
    const stage = await startMachineResidual({ ...OPTIONS, ...options }, sensors, context);
    let failure: unknown = null;
    stage.done.catch(error => {
      failure = error;
    });
    const of = <T>(topic: string) => sent.filter(([to]) => to === topic).map(([, record]) => record as T);
    const caughtUp = () =>
      until(() => {
        if (failure) throw failure;
        return stage.lanes.length > 0 && stage.lanes.every(({ lag, received }) => lag === 0 && received > 0);
      });
    return { stage, of, caughtUp };
  }

  const byTime = (scores: readonly MachineScore[]) =>
    [...scores].sort((a, b) => (a.sensor === b.sensor ? a.timeUs - b.timeUs : a.sensor < b.sensor ? -1 : 1));

  it('scores a machine as `score machine` does, and says when it is off', async () => {
    const { broker } = await prepare();
    await announce(broker, '');
    await send(broker, chunksOf('press', shift(7)));
    const { stage, of, caughtUp } = await listen(broker, machines('press'));
    await caughtUp();
    await stage.stop();
    const expected: ScoredSegment[] = [];
    for await (const each of scoreRecording(fitted.model, shift(7), MACHINE.offBelowDb)) expected.push(each);
    const scores = of<MachineScore>('scores');
    expect(scores).toHaveLength(expected.length);
    scores.forEach(({ residual, verdict, timeUs, detectors, modelVersion }, i) => {
      const { segment, verdict: offline } = expected[i]!;
      expect(verdict).toBe(offline.state === 'gap' ? 'unknown' : offline.state);
      expect(residual).toBe(verdict === 'off' ? null : segment.residual);
      expect(Math.abs(timeUs - START_US - segment.startUs)).toBeLessThanOrEqual(1);
      expect(detectors.map(({ meanResidual }) => meanResidual)).toEqual(
        offline.detectors.map(({ mean }) => mean),
      );
      expect(modelVersion).toBe(fitted.artefact.card.version);
    });
    expect(new Set(scores.map(({ verdict }) => verdict))).toEqual(new Set(['normal', 'abnormal', 'off']));
  });

  it('opens an alarm once and closes it once, with evidence and the clip', async () => {
    const { broker } = await prepare();
    await announce(broker, '');
    await send(broker, chunksOf('press', shift(7)));
    const sensors = machines('press');
    const clips = { mode: 'full', ttlDays: 1, lowPassHz: 300 } as const;
    const withClips = new Map([['press', { ...sensors.byId.get('press')!, clips }]]);
    const { stage, of, caughtUp } = await listen(broker, { ...sensors, byId: withClips });
    await caughtUp();
    await stage.stop();
    // Where it is switched off and on again, a segment is half silence: that is another alarm.
    const beforeOff = START_US + samplesToUs(19_000, RATE);
    const alarms = of<Alarm>('alarms').filter(
      ({ evidence, timeUs }) => evidence!.detector === 'sudden' && timeUs < beforeOff,
    );
    expect(alarms.map(({ state }) => state)).toEqual(['raised', 'cleared']);
    const [raised, cleared] = alarms;
    expect(cleared!.id).toBe(raised!.id);
    expect(cleared!.evidence).toMatchObject({ closedBy: 'released', firstUs: raised!.evidence!.firstUs });
    expect(cleared!.evidence!.means).toBeGreaterThan(10);
    // The clacks are from 10,000 to 13,000.
    const secs = (raised!.timeUs - START_US) / 1e6;
    expect(secs * RATE).toBeGreaterThan(10_000);
    expect(secs * RATE).toBeLessThan(10_600);
    expect(raised!.evidence!.bands.length).toBeGreaterThan(0);
    expect(raised!.value).toBeGreaterThan(raised!.threshold!);
    const scored = of<MachineScore>('scores').map(({ segmentId }) => segmentId);
    expect(scored).toContain(raised!.subjectId);
    expect(raised!.evidence!.clipUri).toBe(join('press', `${raised!.subjectId}.wav`));
    expect(readdirSync(join(directory, 'clips', 'press'))).toContain(`${raised!.subjectId}.wav`);
  });

  it('gives the same scores and alarms when it is stopped and started, and when members share its machines', async () => {
    const undisturbed = await prepare({ partitions: 2 });
    const restless = await prepare({ partitions: 2 });
    const sensors = machines('press', 'pump');
    const chunks = [chunksOf('press', shift(7)), chunksOf('pump', shift(8))] as const;
    for (const { broker } of [undisturbed, restless]) await announce(broker, '');
    for (const [partition, each] of chunks.entries()) await send(undisturbed.broker, each, partition);
    const whole = await listen(undisturbed.broker, sensors);
    await whole.caughtUp();
    await whole.stage.stop();

    const scores: MachineScore[] = [];
    const alarms: Alarm[] = [];
    const take = ({ of }: Awaited<ReturnType<typeof listen>>) => {
      scores.push(...of<MachineScore>('scores'));
      alarms.push(...of<Alarm>('alarms'));
    };
    const sendPart = async (from: number, to: number) => {
      for (const [partition, each] of chunks.entries())
        await send(restless.broker, each.slice(from, to), partition);
    };
    // Each stop is in the middle of a mean of 20, some with an alarm open.
    await sendPart(0, 7);
    const first = await listen(restless.broker, sensors);
    await first.caughtUp();
    // A second member takes one of the machines over.
    const second = await listen(restless.broker, sensors);
    await until(() => first.stage.lanes.length === 1 && second.stage.lanes.length === 1);
    await sendPart(7, 11);
    await first.caughtUp();
    await second.caughtUp();
    await first.stage.stop();
    await until(() => second.stage.lanes.length === 2);
    await sendPart(11, chunks[0].length);
    await second.caughtUp();
    await second.stage.stop();
    take(first);
    take(second);
    expect(byTime(scores)).toEqual(byTime(whole.of<MachineScore>('scores')));
    const byId = (some: readonly Alarm[]) =>
      [...some].sort((a, b) => (a.id === b.id ? a.timeUs - b.timeUs : a.id < b.id ? -1 : 1));
    expect(byId(alarms)).toEqual(byId(whole.of<Alarm>('alarms')));
    expect(alarms.length).toBeGreaterThanOrEqual(4);
  });

  it('passes segments unscored until there is a model, and publishes all of them where asked to', async () => {
    const { broker } = await prepare();
    const activeFromUs = START_US + 1e6;
    await announce(broker, 'press', activeFromUs);
    await send(broker, chunksOf('press', shift(7)));
    const outputs = { ...OPTIONS.outputs, features: 'features' };
    const { stage, of, caughtUp } = await listen(broker, machines('press'), { outputs });
    await caughtUp();
    await stage.stop();
    const scores = of<MachineScore>('scores');
    const features = of<MachineFeatures>('features');
    expect(scores[0]!.timeUs).toBeGreaterThanOrEqual(activeFromUs);
    expect(scores[0]!.timeUs).toBeLessThan(activeFromUs + 20_000);
    expect(features[0]).toMatchObject({ firstSample: 0, shape: [32, 8], sensor: 'press' });
    const [wanted] = [TINY_SEGMENTER.compute(shift(7).slice(0, 288))];
    expect(tensorFloats(features[0]!.tensor)).toEqual(wanted);
    // A machine that is off has nothing to learn from.
    const off = scores.filter(({ verdict }) => verdict === 'off').length;
    const total = TINY_SEGMENTER.count(2 * RATE);
    expect(off).toBeGreaterThan(10);
    expect(features).toHaveLength(total - off);
  });

  it('waits for a first model where it should, and takes a machine’s own before the shared one', async () => {
    const { broker } = await prepare();
    await send(broker, chunksOf('press', shift(7)));
    const { stage, of, caughtUp } = await listen(broker, machines('press'), { whenNoModel: 'wait' });
    // Without a key nobody knows yet whose chunk it is: only chunks with one wait.
    await caughtUp();
    expect(of('scores')).toEqual([]);
    const [chunk] = chunksOf('press', shift(8), { streamId: 's2' });
    await (await broker.producer()).send('audio', [{ key: 'press', value: chunk!, partition: 0 }]);
    await until(() => stage.waiting);
    expect(stage.detail).toBe('waits for a first model');
    await announce(broker, '');
    await caughtUp();
    expect(of('scores').length).toBeGreaterThan(0);
    expect(stage.waiting).toBe(false);
    await stage.stop();
  });

  it('makes a dead letter of what is no sound, goes on without a model that cuts other segments, and ignores microphones', async () => {
    const { broker } = await prepare();
    await announce(broker, '');
    const short = chunksOf('press', shift(7)).slice(0, 3);
    const samples = new Uint8Array(Float32Array.of(0, Number.NaN).buffer);
    const nan = chunksOf('press', shift(7), { samples, streamId: 'broken' }).slice(0, 1);
    const slow = chunksOf('press', shift(7), { sampleRateHz: 100, streamId: 'slow' }).slice(0, 1);
    const microphone = chunksOf('mic-hall', shift(8));
    await send(broker, [Uint8Array.of(1, 2, 3), ...nan, ...slow, ...microphone, ...short]);
    const other = new Map([['press', { ...settings, machine: MACHINE }]]);
    const known: SensorTable = { byId: other, others: { ...settings, machine: null } };
    const { stage, of, caughtUp } = await listen(broker, known);
    await caughtUp();
    await stage.stop();
    expect(
      of<DeadLetter>('dead').map(({ errorCode, originalOffset }) => [originalOffset, errorCode]),
    ).toEqual([
      [0, 'RECORD_NOT_AVRO'],
      [1, 'AUDIO_NOT_FINITE'],
      [2, 'PARAMETER_INVALID'],
    ]);
    const scores = of<MachineScore>('scores');
    expect(scores.length).toBe(TINY_SEGMENTER.count(3 * 1630));
    expect(scores.every(({ sensor }) => sensor === 'press')).toBe(true);

    const refusals: string[] = [];
    const log = { ...testContext(broker, async () => {}).log } as StageContext['log'];
    Object.assign(log, {
      error: (_: unknown, text: string) => refusals.push(text),
      info: () => {},
      warn: () => {},
    });
    const group = { group: 'other segments' };
    const segment = { ...TINY_SEGMENTER.options, step: 7 };
    const wrong = await listen(broker, known, { segment }, { log, group });
    await wrong.caughtUp();
    await wrong.stage.stop();
    expect(wrong.of('scores')).toEqual([]);
    expect(refusals).toEqual([expect.stringMatching(/^A model scores nothing: .* takes other segments/)]);
  });
});
