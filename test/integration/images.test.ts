import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Broker, OutgoingMessage } from '../../src/broker/port.js';
import { PlantsenseError } from '../../src/errors.js';
import { codec } from '../../src/records/codec.js';
import { file, frame, pixels } from '../../src/stages/testing/image-frames.js';
import { rollupDifferences } from '../../src/store/status.js';
import { type Engines, type RunningTopology, startTopology } from '../../src/topology/running.js';
import { columnOf, type Dump, dumpTables } from '../support/dump-tables.js';
import {
  dataDirectories,
  installModel,
  type LearntModel,
  learntModel,
  sendAll,
  testLog,
  untilCaughtUp,
} from '../support/running.js';
import { topologyOf } from '../support/topology.js';

const SHIPPED = new URL('../../topologies/image-grouping.yaml', import.meta.url);
/** What cameras see in turn: narrow stripes, wide ones, noise. */
const KINDS = ['narrow', 'wide', 'noise'] as const;
const PATTERNS = { narrow: 2, wide: 12, noise: 'noise' } as const;
const PICTURES = 60;

/** The shipped topology, which learns groups of few pictures in little time. */
function imageTopology(dataDir: string): string {
  const yaml = parse(readFileSync(SHIPPED, 'utf8'));
  yaml.data_dir = dataDir;
  yaml.http = { port: 0 };
  yaml.runtime = { commit_interval_ms: 50 };
  for (const topic of Object.values<Record<string, unknown>>(yaml.topics))
    if (topic.cleanup !== 'compact') topic.retention_hours = 'forever';
  Object.assign(yaml.stages.look.encoder, { workers: 1 });
  Object.assign(yaml.stages.learn, {
    first_after_images: 40,
    update_after_images: 'off',
    model: { algorithms: ['kmeans'], max_groups: 4, depth: 1, rule: 'c-score', classifier: 'decision-tree' },
  });
  yaml.stages.store.flush_secs = 0.2;
  return stringify(yaml);
}

/** Pictures of two cameras, every second with a near-label, and some that can not be used. */
async function cameraLog(): Promise<OutgoingMessage[]> {
  const frames = await Promise.all(
    Array.from({ length: PICTURES }, async (_, i) => {
      const kind = KINDS[i % 3]!;
      const sensor = `cam-${Math.floor(i / 3) % 2}`;
      const picture = await file(i % 2 === 0 ? 'jpeg' : 'png', pixels(PATTERNS[kind], i));
      const encoding = i % 2 === 0 ? 'JPEG' : 'PNG';
      return frame(i, { sensor, picture, encoding, nearLabel: i % 4 < 2 ? kind : null });
    }),
  );
  const { picture } = frames[0]!;
  frames.splice(10, 0, frame(500, { sensor: 'cam-0', picture: picture.subarray(0, 200) }));
  frames.splice(20, 0, frame(501, { sensor: 'cam-1', picture, width: 1 }));
  frames.push(frame(502, { sensor: 'cam-1', endOfStream: true }));
  return frames.map(each => ({
    ...{ key: each.sensor, value: codec('image-frame').encode(each) },
    // A dead letter tells of it.
    timestampMs: each.timeUs / 1000,
  }));
}

function start(dataDir: string, decorate?: (engines: Engines) => Engines): Promise<RunningTopology> {
  const topology = topologyOf(imageTopology(dataDir));
  return startTopology({
    ...{ topology, log: testLog, version: 'test', http: false },
    ...(decorate && { decorate }),
  });
}

describe('pictures, from cameras to rows', () => {
  const directory = dataDirectories('file');
  let log: OutgoingMessage[];
  let first: Dump;
  let model: LearntModel;

  /** One life of the topology: sends messages, waits until all is done. */
  async function live(
    dataDir: string,
    messages: readonly OutgoingMessage[],
    known: LearntModel | null = null,
  ): Promise<Dump> {
    const topology = await start(dataDir);
    try {
      if (known) await installModel(known, topology.broker, dataDir);
      await sendAll(topology.broker, 'image.raw', messages);
      await untilCaughtUp(topology);
      expect(await rollupDifferences(topology.store)).toEqual([]);
      return await dumpTables(topology.store);
    } finally {
      model ??= await learntModel(topology.broker, dataDir);
      await topology.stop();
    }
  }

  beforeAll(async () => {
    log = await cameraLog();
    first = await live(await directory(), log);
  });

  it('are grouped by what they show, by groups that were learnt on the way', () => {
    expect(columnOf(first, 'image_assignments', 'frame_id')).toHaveLength(PICTURES);
    const frames = new Map(
      log.map(({ value }) => {
        const { frameId, frameIndex } = codec('image-frame').decode(value!);
        return [frameId, frameIndex] as const;
      }),
    );
    const groups = columnOf(first, 'image_assignments', 'group');
    const suspected = columnOf(first, 'image_assignments', 'suspected_label');
    const groupsOf = new Map<string, Set<string>>(KINDS.map(kind => [kind, new Set()]));
    columnOf(first, 'image_assignments', 'frame_id').forEach((id, i) => {
      const kind = KINDS[frames.get(id)! % 3]!;
      if (groups[i] === '\\N') return;
      groupsOf.get(kind)!.add(groups[i]!);
      expect(suspected[i]).toBe(kind);
    });
    // Each kind has groups, and shares them with no other.
    const all = [...groupsOf.values()].flatMap(each => [...each]);
    expect(new Set(all).size).toBe(all.length);
    for (const each of groupsOf.values()) expect(each.size).toBeGreaterThan(0);
    expect(
      columnOf(first, 'image_assignments', 'novel').filter(novel => novel === 'true').length,
    ).toBeLessThan(PICTURES / 10);
  });

  it('that can not be used are dead letters', () => {
    expect(columnOf(first, 'dead_letters', 'error_code').sort()).toEqual(['IMAGE_INVALID', 'RECORD_INVALID']);
    expect(columnOf(first, 'dead_letters', 'sensor').sort()).toEqual(['cam-0', 'cam-1']);
  });

  it('give the same rows when they come in two lives', async () => {
    const dataDir = await directory();
    await live(dataDir, log.slice(0, 40), model);
    expect(await live(dataDir, log.slice(40))).toEqual(first);
  });

  it('give the same rows when the process is killed while it sends', async () => {
    const dataDir = await directory();
    for (const deadlySend of [2, 4]) {
      const topology = await start(dataDir, engines => dyingAt(deadlySend, engines));
      if (deadlySend === 2) {
        await installModel(model, topology.broker, dataDir);
        await sendAll(topology.broker, 'image.raw', log);
      }
      await expect(topology.done).rejects.toMatchObject({ code: 'INTERNAL' });
      await topology.stop().catch(() => {});
    }
    const again = await live(dataDir, []);
    const columns = ['frame_id', 'path', 'probability', 'novelty_score', 'suspected_label', 'model_version'];
    for (const column of columns)
      expect(columnOf(again, 'image_assignments', column).sort(), column).toEqual(
        columnOf(first, 'image_assignments', column).sort(),
      );
    expect(again.image_assignments_1h).toEqual(first.image_assignments_1h);
  });
});

/** A broker whose producer fails for good at a call: what it was sent before may or may not have been committed. */
function dyingAt(call: number, { broker, store }: Engines): Engines {
  let calls = 0;
  const producer: Broker['producer'] = async () => {
    const producer = await broker.producer();
    return {
      send: async (topic, messages) => {
        // What comes from outside is sent by the test itself.
        if (topic !== 'image.raw' && topic !== 'models') calls += 1;
        if (calls === call) throw new PlantsenseError('INTERNAL', 'It is killed.');
        await producer.send(topic, messages);
      },
      close: () => producer.close(),
    };
  };
  const dying = new Proxy(broker, {
    get: (target, name) => {
      if (name === 'producer') return producer;
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { broker: dying, store };
}
