// Microphones in real time, in a process of their own: node microphones.mjs TOPOLOGY.yaml. Its parent tells it how many.
// Event time is the wall clock's; each microphone sends its chunks with a delay of its own, so that they do not all come at
// once.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { codec } from '../../dist/records/codec.js';
import { createLog } from '../../dist/telemetry/log.js';
import { lint } from '../../dist/topology/lint.js';
import { openBroker } from '../../dist/topology/open-engines.js';
import { CHUNK_MS, delayMs, sensorOf } from './schedule.mjs';
import { SAMPLE_RATE_HZ, sounds } from './sounds.mjs';

const { topology } = lint(readFileSync(process.argv[2], 'utf8'), {});
const { broker } = await openBroker(topology, 'attach', createLog({ level: 'silent' }));
const producer = await broker.producer();
const SOUNDS = sounds().map(sound => Buffer.from(sound.buffer));
const CHUNK_SAMPLES = (CHUNK_MS * SAMPLE_RATE_HZ) / 1000;
const CHUNK_BYTES = 2 * CHUNK_SAMPLES;

/** When each microphone began, on a whole second; and how many chunks it has sent. */
const microphones = [];
let latestMs = 0;
let sentBytes = 0;

process.on('message', count => {
  if (typeof count === 'number') {
    const startMs = (Math.floor(Date.now() / 1000) + 1) * 1000;
    while (microphones.length < count) microphones.push({ startMs, chunks: 0 });
  }
  process.send({ latestMs: Math.round(latestMs), sentBytes });
  latestMs = 0;
});
process.on('disconnect', () => process.exit(0));
process.send('ready');

for (;;) {
  const nowMs = Date.now();
  const batch = [];
  for (const [i, microphone] of microphones.entries()) {
    for (;;) {
      const dueMs = microphone.startMs + (microphone.chunks + 1) * CHUNK_MS + delayMs(i);
      if (dueMs > nowMs) break;
      latestMs = Math.max(latestMs, nowMs - dueMs);
      batch.push({ key: sensorOf(i), value: chunk(i, microphone) });
      microphone.chunks += 1;
    }
  }
  for (const { value } of batch) sentBytes += value.length;
  if (batch.length > 0) await producer.send('audio.raw', batch);
  await sleep(20);
}

function chunk(i, { startMs, chunks }) {
  const sound = SOUNDS[i % SOUNDS.length];
  // Each microphone begins at another place of its sound.
  const at = ((i * 7 + chunks) * CHUNK_BYTES) % sound.length;
  return codec('audio-chunk').encode({
    sensor: sensorOf(i),
    streamId: 'benchmark',
    firstSample: chunks * CHUNK_SAMPLES,
    startTimeUs: (startMs + chunks * CHUNK_MS) * 1000,
    sampleRateHz: SAMPLE_RATE_HZ,
    channels: 1,
    encoding: 'S16LE',
    calibrationDbSpl: null,
    endOfStream: false,
    samples: sound.subarray(at, at + CHUNK_BYTES),
  });
}
