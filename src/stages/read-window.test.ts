import { describe, expect, it } from 'vitest';
import type { Broker, Message, PartitionReader } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { readTopic } from './read-window.js';

const message = (partition: number, offset: number): Message => ({
  topic: 't',
  partition,
  offset,
  key: null,
  value: Uint8Array.of(offset),
  headers: {},
  timestampMs: 0,
});

/** Partitions from `earliest` to `latest`, read two messages at a time; `beforeFetch` may let retention work. */
function brokerOf(
  partitions: { earliest: number; latest: number }[],
  beforeFetch: (partition: number, position: number) => void = () => {},
) {
  const state = { open: 0 };
  const broker: Pick<Broker, 'reader'> & { admin: Pick<Broker['admin'], 'offsets'> } = {
    admin: { offsets: async () => partitions.map((each, partition) => ({ partition, ...each })) },
    reader: async ({ partition }) => {
      state.open += 1;
      let position = partitions[partition]!.earliest;
      const reader: PartitionReader & { close(): Promise<void> } = {
        topic: 't',
        partition,
        get position() {
          return position;
        },
        highWatermark: 0,
        fetch: async () => {
          beforeFetch(partition, position);
          const { earliest, latest } = partitions[partition]!;
          if (position < earliest) throw new PlantsenseError('OFFSET_OUT_OF_RANGE', 'Gone.');
          // The log has grown by one since its offsets were asked for.
          const found = [position, position + 1]
            .filter(at => at < latest + 1)
            .map(at => message(partition, at));
          position += found.length;
          return found;
        },
        seek: to => {
          position = to;
        },
        close: async () => {
          state.open -= 1;
        },
      };
      return reader;
    },
  };
  return { broker: broker as Broker, state };
}

async function read(broker: Broker, signal?: AbortSignal) {
  const seen: string[] = [];
  await readTopic(broker, 't', ({ partition, offset }) => void seen.push(`${partition}:${offset}`), signal);
  return seen;
}

describe('readTopic', () => {
  it('reads what lies in every partition now, and nothing that comes after', async () => {
    const { broker, state } = brokerOf([
      { earliest: 2, latest: 5 },
      { earliest: 7, latest: 7 },
      { earliest: 0, latest: 2 },
    ]);
    expect(await read(broker)).toEqual(['0:2', '0:3', '0:4', '2:0', '2:1']);
    expect(state.open).toBe(0);
  });

  it('goes on behind what retention deletes while it reads: that used to end the process', async () => {
    const partitions = [{ earliest: 0, latest: 8 }];
    const { broker } = brokerOf(partitions, (_, position) => {
      if (position === 2) partitions[0]!.earliest = 5;
    });
    expect(await read(broker)).toEqual(['0:0', '0:1', '0:5', '0:6', '0:7']);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const { broker, state } = brokerOf([{ earliest: 0, latest: 100 }], (_, position) => {
      if (position === 4) stop.abort();
    });
    expect(await read(broker, stop.signal)).toEqual(['0:0', '0:1', '0:2', '0:3', '0:4', '0:5']);
    expect(state.open).toBe(0);
  });
});
