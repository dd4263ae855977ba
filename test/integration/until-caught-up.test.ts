import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../src/broker/conformance/eventually.js';
import { PlantsenseError } from '../../src/errors.js';
import type { Engines } from '../../src/topology/running.js';
import { Outage } from '../support/outage.js';
import { type Burst, chunksOf, merged, recording, sendChunks } from '../support/recording.js';
import { dataDirectories, running, start, untilCaughtUp } from '../support/running.js';

const SAMPLE_RATE_HZ = 8_000;
const BURSTS: readonly Burst[] = [1, 3, 5, 7, 9].map(atSecs => ({
  atSecs,
  durationSecs: 0.4,
  amplitude: 0.3,
  frequencyHz: 300 * atSecs,
}));

/** News of models comes late to whoever reads them. */
function slowModels({ broker, store }: Engines): Engines {
  const reader: typeof broker.reader = async (at, from) => {
    const opened = await broker.reader(at, from);
    if (at.topic !== 'models') return opened;
    const fetch: typeof opened.fetch = async (maxBytes, signal) => {
      const messages = await opened.fetch(maxBytes, signal);
      await sleep(700, undefined, { signal }).catch(() => {});
      return messages;
    };
    return {
      topic: at.topic,
      partition: at.partition,
      fetch,
      seek: offset => opened.seek(offset),
      close: () => opened.close(),
      get position() {
        return opened.position;
      },
      get highWatermark() {
        return opened.highWatermark;
      },
    };
  };
  const { kind, admin } = broker;
  return {
    store,
    broker: {
      kind,
      admin,
      reader,
      producer: () => broker.producer(),
      join: (options, listener) => broker.join(options, listener),
      close: () => broker.close(),
    },
  };
}

const CHUNKS = chunksOf('a', recording(12, SAMPLE_RATE_HZ, BURSTS, 0), SAMPLE_RATE_HZ, [4000]);

describe('a run until all is caught up', () => {
  const directory = dataDirectories();

  // It ended while the first model was due but not noticed yet, or announced but not read: without assignments.
  it('ends after the first model is learnt and every event has its group', async () => {
    const counts = await running(
      { dataDir: await directory(), unknown: 'accept', flushSecs: 0.05 },
      async topology => {
        const producer = await topology.broker.producer();
        const streams = ['a', 'b', 'c', 'd', 'e'].map((sensor, seed) =>
          chunksOf(sensor, recording(12, SAMPLE_RATE_HZ, BURSTS, seed), SAMPLE_RATE_HZ, [4000]),
        );
        await sendChunks(producer, 'audio.raw', merged(streams));
        await producer.close();
        await untilCaughtUp(topology);
        return topology.store.query(
          'SELECT (SELECT count() FROM events) AS events, (SELECT count() FROM assignments) AS assignments',
        );
      },
      { decorate: slowModels },
    );
    expect(counts).toEqual([{ events: 25, assignments: 25 }]);
  });

  it('goes on while the broker is away, and ends when it is back and all is done', async () => {
    const outage = new Outage();
    const rows = await running(
      { dataDir: await directory(), unknown: 'accept', flushSecs: 0.05 },
      async topology => {
        const outside = await topology.broker.producer();
        await sendChunks(outside, 'audio.raw', CHUNKS.slice(0, 5));
        await untilCaughtUp(topology);
        await sendChunks(outside, 'audio.raw', CHUNKS.slice(5));
        await outside.close();

        outage.begin();
        let hasEnded = false;
        const ending = untilCaughtUp(topology).finally(() => {
          hasEnded = true;
        });
        ending.catch(() => {});
        try {
          // Asked again and again, it neither takes silence for an end nor gives up.
          await eventually('it has asked often', () => hasEnded || (outage.refused.get('offsets') ?? 0) >= 5);
          expect(hasEnded).toBe(false);
          expect(await topology.caughtUp()).toBe(false);
        } finally {
          outage.end();
        }
        await ending;
        return topology.store.query('SELECT count() AS events FROM events');
      },
      {
        stages: ['listen', 'store'],
        decorate: ({ broker, store }) => ({ store, broker: outage.over(broker) }),
      },
    );
    expect(rows).toEqual([{ events: BURSTS.length }]);
  });

  it('ends with the error of a stage that can not go on, instead of waiting for ever', async () => {
    const changes = { dataDir: await directory(), unknown: 'accept' } as const;
    const topology = await start(changes, {
      stages: ['listen', 'store'],
      decorate: ({ broker, store }) => ({
        broker,
        store: {
          ...store,
          insert: async () => {
            throw new PlantsenseError('STORE_REJECTED', 'No such table.');
          },
        },
      }),
    });
    try {
      const producer = await topology.broker.producer();
      await sendChunks(producer, 'audio.raw', CHUNKS);
      await producer.close();
      await expect(untilCaughtUp(topology)).rejects.toMatchObject({ code: 'STORE_REJECTED' });
    } finally {
      await topology.stop();
    }
  });
});
