import type { Broker, Message, PartitionReader } from '../../src/broker/port.js';
import { Random } from '../../src/random.js';
import { codec } from '../../src/records/codec.js';
import { tensorBytes } from '../../src/records/tensor-bytes.js';

/** The noise method's spectrograms. */
export const BANDS = 128;
export const FRAMES = 323;
export const FEATURES = 'features.noise';

const DAY_US = 86_400_000_000;
const MICROPHONES = 900;
const SOURCES = 3;
/** Spectrograms of each source, of which each event is a louder or quieter one. */
const VARIANTS = 8;
const BATCH = 6;

/**
 * A broker whose topic of features holds a plant's day, from midnight to midnight. Its messages are made when they are
 * read: a log of them would take as much disk as what is measured.
 */
export function brokerWithDay(broker: Broker, events: number): Broker {
  const spectrograms = drawSpectrograms();
  const value = (offset: number) => featuresOf(spectrograms, offset, events);
  return {
    ...broker,
    kind: broker.kind,
    producer: () => broker.producer(),
    join: (options, listener) => broker.join(options, listener),
    close: () => broker.close(),
    admin: {
      ...bound(broker.admin),
      offsets: async topic =>
        topic === FEATURES
          ? [{ partition: 0, earliest: 0, latest: events }]
          : await broker.admin.offsets(topic),
    },
    reader: async (at, from) =>
      at.topic === FEATURES ? dayReader(events, value) : await broker.reader(at, from),
  };
}

/** Methods of a class as an object's own. */
function bound<T extends object>(instance: T): T {
  return new Proxy(instance, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as unknown;
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

function dayReader(
  events: number,
  value: (offset: number) => Uint8Array,
): PartitionReader & { close(): Promise<void> } {
  let position = 0;
  return {
    topic: FEATURES,
    partition: 0,
    highWatermark: events,
    get position() {
      return position;
    },
    fetch: async () => {
      const length = Math.min(BATCH, events - position);
      const messages = Array.from({ length }, (_, i): Message => {
        const offset = position + i;
        return {
          ...{ topic: FEATURES, partition: 0, offset, key: null, headers: {}, timestampMs: 0 },
          value: value(offset),
        };
      });
      position += length;
      return messages;
    },
    seek: offset => {
      position = offset;
    },
    close: async () => {},
  };
}

function drawSpectrograms(): Float32Array[] {
  const random = new Random(1);
  return Array.from({ length: SOURCES * VARIANTS }, (_, i) =>
    Float32Array.from({ length: BANDS * FRAMES }, (_, at) => {
      const isLoud = Math.floor((SOURCES * at) / (BANDS * FRAMES)) === i % SOURCES;
      return (isLoud ? -20 : -60) + 3 * random.normal();
    }),
  );
}

function featuresOf(spectrograms: readonly Float32Array[], offset: number, events: number): Uint8Array {
  const spectrogram = spectrograms[(offset * 7) % spectrograms.length]!;
  const gain = ((offset * 31) % 97) / 20;
  return codec('noise-features').encode({
    eventId: offset.toString(16).padStart(32, '0'),
    sensor: `m${offset % MICROPHONES}`,
    streamId: 'day',
    startTimeUs: Math.floor((offset * DAY_US) / events),
    durationSecs: 7.5,
    laeqDb: null,
    featureSet: 'logmel-simulated',
    shape: [BANDS, FRAMES],
    tensor: tensorBytes(spectrogram.map(value => value + gain)),
  });
}
