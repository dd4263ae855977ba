import type { OutgoingMessage } from '../../src/broker/port.js';
import { codec } from '../../src/records/codec.js';
import type { AudioChunk } from '../../src/records/types.js';
import { type Burst, type Chunk, chunksOf, merged, randomBursts, recording, START_US } from './recording.js';

export const SAMPLE_RATE_HZ = 16_000;
const SECS = 20;

/** Sensors of the log that are listed in the topology. */
export const SENSORS = [
  'hall-1',
  'hall-2',
  'press-1',
  'press-2',
  'mill',
  'saw',
  'gap',
  'jump',
  'dead',
  'mute',
] as const;

/** Stands for a message without a key. */
export const NO_KEY = 'no-key';
/** Of a program that does not choose partitions as we do: all its messages are in this one, whatever their keys. */
const FOREIGN_PARTITION = 1;

/** What must become a dead letter, by its key, with the code that it gets. */
export const GARBAGE: ReadonlyMap<string, { readonly code: string; readonly value: Uint8Array }> = new Map([
  ['not-avro', { code: 'RECORD_NOT_AVRO', value: Buffer.from('{"sensor":"hall-1"}') }],
  [
    'unknown-schema',
    { code: 'RECORD_UNKNOWN_SCHEMA', value: Buffer.from('c301ffffffffffffffff0000', 'hex') },
  ],
  ['cut-short', { code: 'RECORD_TRUNCATED', value: audioChunk({}).subarray(0, 60) }],
  ['half-a-frame', { code: 'RECORD_INVALID', value: halfAFrame() }],
  [
    'not-finite',
    { code: 'AUDIO_NOT_FINITE', value: audioChunk({ encoding: 'F32LE', samples: floats(0, Number.NaN, 0) }) },
  ],
  ['stranger', { code: 'SENSOR_UNKNOWN', value: audioChunk({ sensor: 'stranger' }) }],
  [NO_KEY, { code: 'RECORD_NOT_AVRO', value: Buffer.from('who sent this?') }],
]);

/** What some other program wrote to the topic of the features, before anything else is there: the same in every run. */
export const FEATURE_GARBAGE: readonly OutgoingMessage[] = [0, 3].map(partition => ({
  key: 'intruder',
  value: Buffer.from(`{"partition":${partition}}`),
  timestampMs: Math.floor(START_US / 1000),
  partition,
}));

/**
 * A fixed input log of ten microphones, 20 s each, with bursts: one loses a second, the clock of one jumps, one dies
 * without an end, one sends zeros, one sends a chunk twice, one comes from a program that chooses partitions in
 * another way. Garbage lies between.
 */
export function plantLog({ withGarbage = true } = {}): OutgoingMessage[] {
  const streams = SENSORS.map((sensor, n) => {
    const sound = recording(SECS, SAMPLE_RATE_HZ, burstsOf(sensor, n + 1), n + 100);
    if (sensor === 'mute') sound.fill(0);
    // Chunks of different lengths, so that nothing is aligned.
    const chunks = chunksOf(sensor, sound, SAMPLE_RATE_HZ, [3200 + 401 * n, 5000 - 97 * n, 4096]);
    return withFault(sensor, chunks);
  });
  const messages: OutgoingMessage[] = merged(streams).map(({ sensor, startTimeUs, value }) => ({
    key: sensor,
    value,
    timestampMs: Math.floor(startTimeUs / 1000),
    ...(sensor === 'saw' && { partition: FOREIGN_PARTITION }),
  }));
  if (!withGarbage) return messages;
  const every = Math.floor(messages.length / (GARBAGE.size + 1));
  let at = every;
  for (const [key, { value }] of GARBAGE) {
    const { timestampMs } = messages[at]! as { timestampMs: number };
    messages.splice(
      at,
      0,
      key === NO_KEY
        ? { key: null, value, timestampMs, partition: FOREIGN_PARTITION }
        : { key, value, timestampMs },
    );
    at += every;
  }
  return messages;
}

function burstsOf(sensor: (typeof SENSORS)[number], seed: number): Burst[] {
  // The microphone that dies does so in the middle of an event.
  if (sensor === 'dead') return [{ atSecs: 5, durationSecs: 5, amplitude: 0.5, frequencyHz: 800 }];
  return randomBursts(SECS, seed);
}

function withFault(sensor: (typeof SENSORS)[number], chunks: readonly Chunk[]): Chunk[] {
  const third = Math.floor(chunks.length / 3);
  switch (sensor) {
    case 'gap':
      return chunks.filter((_, i) => i < third || i >= third + 5);
    case 'jump':
      return chunks.map((chunk, i) => (i < third ? chunk : later(chunk, 3_700_000)));
    case 'dead':
      return chunks.slice(0, third);
    case 'hall-2':
      return chunks.flatMap((chunk, i) => (i === third ? [chunk, chunk] : [chunk]));
    default:
      return [...chunks];
  }
}

/** The same samples, by a clock that is ahead. */
function later(chunk: Chunk, us: number): Chunk {
  const record = codec('audio-chunk').decode(chunk.value);
  const startTimeUs = record.startTimeUs + us;
  return { ...chunk, startTimeUs, value: codec('audio-chunk').encode({ ...record, startTimeUs }) };
}

function audioChunk(fields: Partial<AudioChunk>): Uint8Array {
  return codec('audio-chunk').encode({
    sensor: 'hall-1',
    streamId: 'garbage',
    firstSample: 0,
    startTimeUs: 1_767_225_610_000_000,
    sampleRateHz: SAMPLE_RATE_HZ,
    channels: 1,
    encoding: 'S16LE',
    calibrationDbSpl: null,
    endOfStream: false,
    samples: new Uint8Array(3200),
    ...fields,
  });
}

/** An odd number of bytes of 16 bit samples: our own encoder would refuse them, so the last byte is put there by hand. */
function halfAFrame(): Uint8Array {
  const [even, odd] = [Buffer.from([0xd0, 0x0f]), Buffer.from([0xd2, 0x0f])]; // 1000 and 1001 as Avro's integers
  const chunk = Buffer.from(audioChunk({ samples: new Uint8Array(1000) }));
  const lengthAt = chunk.length - 1000 - even.length;
  if (!chunk.subarray(lengthAt, lengthAt + 2).equals(even))
    throw new Error('The samples are not at the end.');
  odd.copy(chunk, lengthAt);
  return Buffer.concat([chunk, Buffer.alloc(1)]);
}

function floats(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}
