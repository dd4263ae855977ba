import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import v8 from 'node:v8';
import vm from 'node:vm';
import { designWeighting } from '../../dist/audio/weighting-design.js';
import { codec } from '../../dist/records/codec.js';
import { ClipStore } from '../../dist/stages/clip-store.js';
import { EventTensor } from '../../dist/stages/event-tensor.js';
import { SoundLane } from '../../dist/stages/sound-lane.js';
import { emptyCheckpoint } from '../../dist/stream/checkpoint.js';
import { lint } from '../../dist/topology/lint.js';
import { sensorTable } from '../../dist/topology/sensor-options.js';
import { startTopologyProcess } from '../engines.mjs';
import { pythonWith, startPython } from '../python.mjs';
import { startSoundEngines } from '../stream/sound-engines.mjs';
import { SAMPLE_RATE_HZ, sounds } from '../stream/sounds.mjs';

export const title = 'a backlog of sound: Kafka to levels and events to ClickHouse, in MB/s of audio';

const PACKAGES = ['scipy==1.15.3', 'numpy==2.2.6', 'confluent-kafka==2.11.1', 'fastavro==1.12.0'];
const UNIT = 'MB/s of audio';
const MICROPHONES = 80;
/** Long enough that a cold process's first second counts for little. */
const MINUTES = 3;
const CHUNK_SAMPLES = 11_025;
const START_US = 1_767_225_600_000_000;
/** Our filters start anew every 10 s, the peer's never do. */
const TOLERANCE_DB = 0.1;

export default async function pipeline({ log }) {
  const engines = await startSoundEngines(log);
  try {
    const details = {
      machine: `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}`,
      broker: engines.kind === 'kafka' ? 'kafka, beside it' : `embedded: ${engines.why}`,
      oneCore: engines.pinned ? 'yes' : 'no: taskset is missing',
      load: `${MICROPHONES} microphones of ${MINUTES} minutes, 22.05 kHz, 16 bit, chunks of 0.5 s, an event a minute each`,
      allocationPerChunk: await allocationPerChunk(engines.yaml),
    };
    await engines.applyTopics();
    const { bytes, ends } = await backlog(engines, log);
    details.backlogMb = Math.round(bytes / 1e6);

    const topology = await startTopologyProcess(engines, ['listen', 'store']);
    const startMs = performance.now();
    const { cpuSecs, rssBytes } = await topology.untilCaughtUp();
    const ours = bytes / 1e3 / (performance.now() - startMs);
    await topology.stop();
    Object.assign(details, { cpuSecs: round(cpuSecs), rssMb: Math.round(rssBytes / 1e6) });
    const peer = await besidePython(engines, ends, bytes, details, log);
    return { ours, unit: UNIT, ...peer, ratio: peer.peer === null ? null : ours / peer.peer, details };
  } finally {
    await engines.close();
  }
}

/** Fills the topic before anybody reads it. */
async function backlog(engines, log) {
  const { broker, close } = await engines.openBroker();
  const producer = await broker.producer();
  const all = sounds().map(sound => Buffer.from(sound.buffer));
  let bytes = 0;
  const length = all[0].length;
  for (let at = 0; at < MINUTES * length; at += 2 * CHUNK_SAMPLES) {
    const batch = Array.from({ length: MICROPHONES }, (_, i) => {
      const sensor = `mic-${String(i).padStart(2, '0')}`;
      const samples = all[i % all.length].subarray(at % length, (at % length) + 2 * CHUNK_SAMPLES);
      bytes += samples.length;
      const firstSample = at / 2;
      const value = codec('audio-chunk').encode({
        sensor,
        streamId: 'benchmark',
        firstSample,
        startTimeUs: START_US + (firstSample / SAMPLE_RATE_HZ) * 1e6,
        sampleRateHz: SAMPLE_RATE_HZ,
        channels: 1,
        encoding: 'S16LE',
        calibrationDbSpl: null,
        endOfStream: at + 2 * CHUNK_SAMPLES >= MINUTES * length,
        samples,
      });
      return { key: sensor, value };
    });
    await producer.send('audio.raw', batch);
  }
  const offsets = await broker.admin.offsets('audio.raw');
  await close();
  log(`  ${Math.round(bytes / 1e6)} MB of sound in the topic`);
  return { bytes, ends: offsets.map(({ latest }) => latest) };
}

/** A script in Python on the same topic, into the same store. */
async function besidePython({ store, kafkaAddress, why, pinned, password }, ends, bytes, details, log) {
  if (!kafkaAddress) return { peer: null, missing: `no Kafka that both could read from: ${why}` };
  const python = pythonWith(PACKAGES, log);
  if ('missing' in python) return { peer: null, missing: python.missing };
  for (const [name, columns] of [
    ['peer_levels', 'sensor String, time_us Int64, laeq_db Float64, lafmax_db Float64'],
    ['peer_events', 'sensor String, onset_us Int64, offset_us Int64'],
  ])
    await store.command(`CREATE TABLE plantsense.${name} (${columns}) ENGINE = MergeTree ORDER BY sensor`);
  const peer = startPython(python.path, new URL('peer.py', import.meta.url));
  try {
    const core = pinned ? 0 : null;
    details.peer = await peer.ask({ do: 'hello', core });
    const { lowCut, highCut, midCut } = designWeighting(SAMPLE_RATE_HZ);
    const differences = [1, -2, 1];
    const { wallSecs, cpuSecs } = await peer.ask({
      do: 'consume',
      kafka: kafkaAddress,
      topic: 'audio.raw',
      ends,
      url: store.url,
      password,
      schema: readFileSync(new URL('../../schemas/audio-chunk.avsc', import.meta.url), 'utf8'),
      c: [
        [...differences, 1, lowCut.a1, lowCut.a2],
        [highCut.b0, highCut.b1, highCut.b2, 1, highCut.a1, highCut.a2],
      ],
      a: [[...differences.map(b => b * midCut.b0), 1, midCut.a1, midCut.a2]],
      share: -Math.expm1(-1 / (SAMPLE_RATE_HZ * 0.125)),
      thresholdDb: -30,
    });
    details.peerCpuSecs = round(cpuSecs);
    details.same = await compare(store);
    return { peer: bytes / 1e6 / wallSecs };
  } finally {
    peer.close();
  }
}

/** The same rows: every second of every microphone, and an event where there is one. */
async function compare(store) {
  const [levels] = await store.query(`
    SELECT count() AS seconds, max(abs(levels.laeq_db - peer.laeq_db)) AS difference
    FROM levels JOIN peer_levels AS peer
    ON levels.sensor = peer.sensor AND toUnixTimestamp64Micro(levels.time) = peer.time_us`);
  const [events] = await store.query(
    'SELECT (SELECT count() FROM events) AS ours, (SELECT count() FROM peer_events) AS peer',
  );
  const expected = MICROPHONES * MINUTES * 60;
  if (levels.seconds !== expected || !(levels.difference < TOLERANCE_DB) || events.ours !== events.peer)
    throw new Error(`The rows differ: ${JSON.stringify({ ...levels, expected, events })}`);
  return { seconds: levels.seconds, largestDifferenceDb: round(levels.difference), events: events.ours };
}

/** Bytes that the listening stage allocates for a chunk of half a second in which nothing happens. */
async function allocationPerChunk(yaml) {
  const { topology } = lint(readFileSync(yaml, 'utf8'), {});
  const { outputs, logMel, idleSecs, ...timeline } = topology.stages.get('listen');
  const tensor = new EventTensor(logMel);
  const sensors = sensorTable(topology.sensors);
  const lane = new SoundLane(
    emptyCheckpoint(0),
    { topics: outputs, sensors, timeline, idleSecs },
    tensor,
    new ClipStore('unused'),
  );
  const quiet = sounds()[0].map(value => value % 100);
  const messages = Array.from({ length: 100 }, (_, n) =>
    codec('audio-chunk').encode({
      sensor: 'mic-00',
      streamId: 'benchmark',
      firstSample: n * CHUNK_SAMPLES,
      startTimeUs: START_US + n * 500_000,
      sampleRateHz: SAMPLE_RATE_HZ,
      channels: 1,
      encoding: 'S16LE',
      calibrationDbSpl: null,
      endOfStream: false,
      samples: Buffer.from(quiet.buffer, 2 * n * CHUNK_SAMPLES, 2 * CHUNK_SAMPLES),
    }),
  );
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  const warmUp = 80;
  for (let n = 0; n < warmUp; n++) await lane.step(messages[n], n, false);
  // Twice: array buffers are given back after the collection that finds them.
  collect();
  collect();
  const before = process.memoryUsage();
  for (let n = warmUp; n < messages.length; n++) await lane.step(messages[n], n, false);
  const after = process.memoryUsage();
  const chunks = messages.length - warmUp;
  return {
    heapBytes: Math.round((after.heapUsed - before.heapUsed) / chunks),
    bufferBytes: Math.round((after.arrayBuffers - before.arrayBuffers) / chunks),
    chunkBytes: 2 * CHUNK_SAMPLES,
  };
}

function round(value) {
  return Number(value.toPrecision(3));
}
