import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Broker, Message, PartitionReader } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { codec } from '../records/codec.js';
import { EXAMPLES } from '../records/testing/examples.js';
import { LaneStopped } from '../stream/lane.js';
import { gate, instantBackoff, settle, until } from '../stream/testing/signals.js';
import { ModelWatch } from './model-watch.js';

/** A topic of announcements in one partition, read as it grows. */
class ModelsTopic {
  readonly messages: Message[] = [];
  openFailures = 0;
  fetchError: Error | null = null;
  readers = 0;
  #grown = gate();

  announce(sequence: number, activeFromUs: number): void {
    const example = EXAMPLES['model-announcement'];
    const version = `v${sequence}`;
    this.append(codec('model-announcement').encode({ ...example, sequence, version, activeFromUs }));
  }

  append(value: Uint8Array | null): void {
    const offset = this.messages.length;
    this.messages.push({
      topic: 'models',
      partition: 0,
      offset,
      key: 'k',
      value,
      headers: {},
      timestampMs: 0,
    });
    const grown = this.#grown;
    this.#grown = gate();
    grown.open();
  }

  get broker(): Broker {
    const broker: Pick<Broker, 'reader'> & { admin: Pick<Broker['admin'], 'offsets'> } = {
      admin: { offsets: async () => [{ partition: 0, earliest: 0, latest: this.messages.length }] },
      reader: async () => this.#reader(),
    };
    return broker as Broker;
  }

  #reader(): PartitionReader & { close(): Promise<void> } {
    if (this.openFailures-- > 0) throw new PlantsenseError('BROKER_UNAVAILABLE', 'Away.');
    this.readers += 1;
    const topic = this;
    let position = 0;
    return {
      topic: 'models',
      partition: 0,
      get position() {
        return position;
      },
      get highWatermark() {
        return topic.messages.length;
      },
      async fetch(_, signal) {
        while (position === topic.messages.length && !signal.aborted) {
          const aborted = new Promise<void>(resolve =>
            signal.addEventListener('abort', () => resolve(), { once: true }),
          );
          await Promise.race([topic.#grown.promise, aborted]);
        }
        if (topic.fetchError) throw topic.fetchError;
        const found = topic.messages.slice(position, position + 1);
        position += found.length;
        return found;
      },
      seek: to => {
        position = to;
      },
      close: async () => {
        topic.readers -= 1;
      },
    };
  }
}

const never = new AbortController().signal;

async function started(topic: ModelsTopic) {
  const failures: Error[] = [];
  const watch = new ModelWatch('noise', error => void failures.push(error));
  await watch.start(topic.broker, 'models', instantBackoff());
  const versionAt = async (timeUs: number) => (await watch.activeAt(timeUs, false, never))?.version ?? null;
  return { watch, failures, versionAt };
}

describe('ModelWatch', () => {
  it('answers only when it has read what was announced before it started', async () => {
    const topic = new ModelsTopic();
    topic.announce(1, 100);
    topic.announce(2, 200);
    const { watch, versionAt } = await started(topic);
    expect(watch.isCaughtUp).toBe(false);
    expect([await versionAt(99), await versionAt(150), await versionAt(200)]).toEqual([null, 'v1', 'v2']);
    watch.stop();
    await until(() => topic.readers === 0);
  });

  it('lets work wait until it was read to its end and is enough, or its lane has ended', async () => {
    const topic = new ModelsTopic();
    topic.announce(1, 100);
    topic.announce(2, 200);
    const { watch } = await started(topic);
    await watch.until(() => true, never);
    expect(watch.isCaughtUp).toBe(true);
    const lane = new AbortController();
    const isEnough = () => watch.announcements.length >= 3;
    const waits = watch.until(isEnough, never);
    const gaveUp = watch.until(isEnough, lane.signal);
    await settle();
    expect(watch.isAwaited).toBe(true);
    lane.abort();
    await expect(gaveUp).rejects.toThrow(LaneStopped);
    expect(watch.isAwaited).toBe(true);
    topic.announce(3, 300);
    await waits;
    expect(watch.isAwaited).toBe(false);
    watch.stop();
  });

  it('says at once that there is none in an empty topic, unless it is to wait for one', async () => {
    const topic = new ModelsTopic();
    const { watch, versionAt } = await started(topic);
    expect(await versionAt(5)).toBeNull();
    const waiting = watch.activeAt(5, true, never);
    await settle();
    expect(watch.isAwaited).toBe(true);
    topic.announce(1, 100);
    await settle();
    expect(watch.isAwaited).toBe(true);
    topic.announce(2, 0);
    expect((await waiting)?.version).toBe('v2');
    expect(watch.isAwaited).toBe(false);
    watch.stop();
  });

  it('lets a lane that is stopped give up its wait, however many of its events wait', async () => {
    const { watch } = await started(new ModelsTopic());
    const lane = new AbortController();
    const waiting = Array.from({ length: 50 }, () => watch.activeAt(5, true, lane.signal));
    await settle();
    // Node warns of a leak from eleven on.
    expect(getEventListeners(lane.signal, 'abort')).toHaveLength(1);
    lane.abort();
    for (const each of waiting) await expect(each).rejects.toBeInstanceOf(LaneStopped);
    await expect(watch.activeAt(5, true, lane.signal)).rejects.toBeInstanceOf(LaneStopped);
    expect(watch.isAwaited).toBe(false);
    watch.stop();
  });

  it('passes over tombstones and over announcements that can not be read', async () => {
    const topic = new ModelsTopic();
    topic.append(null);
    topic.append(Uint8Array.of(1, 2, 3));
    topic.announce(1, 0);
    const { watch, failures, versionAt } = await started(topic);
    expect(await versionAt(5)).toBe('v1');
    expect(failures).toEqual([]);
    watch.stop();
  });

  it('waits for a broker that is away when it begins to read: that used to end the stage', async () => {
    const topic = new ModelsTopic();
    topic.announce(1, 0);
    topic.openFailures = 3;
    const { watch, failures, versionAt } = await started(topic);
    expect(await versionAt(5)).toBe('v1');
    expect(failures).toEqual([]);
    watch.stop();
  });

  it('tells of what ends it, and not of being stopped', async () => {
    const topic = new ModelsTopic();
    const { watch, failures } = await started(topic);
    topic.fetchError = new PlantsenseError('OFFSET_OUT_OF_RANGE', 'Gone.');
    topic.announce(1, 0);
    await until(() => failures.length > 0);
    expect(failures).toEqual([topic.fetchError]);
    watch.stop();

    const stopped = await started(new ModelsTopic());
    stopped.watch.stop();
    await settle();
    expect(stopped.failures).toEqual([]);
  });
});
