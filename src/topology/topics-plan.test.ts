import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Admin, TopicConfig, TopicDescription } from '../broker/port.js';
import { parseTopology } from './parse-topology.js';
import { applyTopics, checkTopics, formatTopicAction } from './topics-apply.js';
import { desiredTopics, planTopics } from './topics-plan.js';

const SHIPPED = readFileSync(new URL('../../topologies/noise-clustering.yaml', import.meta.url), 'utf8');
const topology = parseTopology(SHIPPED, {}).value;
if (!topology) throw new Error('the shipped topology is wrong');

const base: TopicConfig = {
  partitions: 4,
  cleanupPolicy: 'delete',
  retentionMs: 3_600_000,
  maxMessageBytes: 1_048_576,
};

function plan(wanted: TopicConfig, actual: TopicConfig | null) {
  const described = actual && { ...actual, name: 't', incarnation: 'i' };
  const [action] = planTopics(new Map([['t', wanted]]), new Map([['t', described]]));
  return action;
}

describe('desiredTopics', () => {
  it("says in the broker's words what the topology declares", () => {
    const desired = desiredTopics(topology);
    expect(desired.get('audio.raw')).toEqual({ ...base, retentionMs: 24 * 3_600_000 });
    expect(desired.get('models')).toEqual({
      partitions: 1,
      cleanupPolicy: 'compact',
      maxMessageBytes: 4_194_304,
    });
  });
});

describe('planTopics', () => {
  it('creates what is not there', () => {
    expect(plan(base, null)).toEqual({ type: 'create', topic: 't', config: base });
    expect(planTopics(new Map([['t', base]]), new Map())).toHaveLength(1);
  });

  it('keeps what is as it should be, defaults counted as given', () => {
    expect(plan(base, base)).toEqual({ type: 'keep', topic: 't' });
    const { cleanupPolicy: _, maxMessageBytes: __, ...bare } = base;
    expect(plan(base, bare)).toEqual({ type: 'keep', topic: 't' });
    expect(plan(base, { ...base, replicationFactor: 3 })).toEqual({ type: 'keep', topic: 't' });
  });

  it('alters settings and says what that does to the data', () => {
    const { retentionMs: _, ...forever } = base;
    expect(plan({ ...base, partitions: 8, maxMessageBytes: 2_000_000 }, forever)).toEqual({
      type: 'alter',
      topic: 't',
      config: { ...base, partitions: 8, maxMessageBytes: 2_000_000 },
      changes: [
        { setting: 'partitions', from: '4', to: '8', warning: expect.stringContaining('other partitions') },
        { setting: 'max_message_bytes', from: '1048576', to: '2000000', warning: null },
        { setting: 'retention_hours', from: 'forever', to: '1', warning: 'older messages are deleted' },
      ],
    });
  });

  it('does not warn when retention grows', () => {
    expect(plan({ ...base, retentionMs: 7_200_000 }, base)).toMatchObject({ changes: [{ warning: null }] });
    expect(plan(base, { ...base, retentionBytes: 1e9 })).toMatchObject({
      changes: [{ setting: 'retention_bytes', to: 'unlimited', warning: null }],
    });
  });

  it('does not mind the retention of a compacted topic', () => {
    const compact: TopicConfig = { partitions: 1, cleanupPolicy: 'compact' };
    expect(plan(compact, { ...compact, retentionMs: 604_800_000 })).toEqual({ type: 'keep', topic: 't' });
    expect(plan({ ...compact, retentionMs: 1 }, { ...base, partitions: 1 })).toMatchObject({
      changes: [{ setting: 'cleanup', from: 'delete', to: 'compact' }],
    });
  });

  it('refuses to remove partitions or to move copies', () => {
    expect(plan({ ...base, partitions: 2 }, base)).toMatchObject({ type: 'refuse', reason: /4 partitions/ });
    expect(plan({ ...base, replicationFactor: 3 }, base)).toMatchObject({
      type: 'refuse',
      reason: /1 copies/,
    });
  });
});

describe('checkTopics and applyTopics', () => {
  it('make an empty broker fit, and change nothing the second time', async () => {
    const { admin, calls } = memoryAdmin();
    const first = await checkTopics(admin, topology);
    expect(first.every(action => action.type === 'create')).toBe(true);
    expect(calls).toEqual([]);
    await applyTopics(admin, first);
    expect(calls).toHaveLength(topology.topics.size);
    const second = await checkTopics(admin, topology);
    expect(second.every(action => action.type === 'keep')).toBe(true);
  });

  it('leave alone what is refused', async () => {
    const { admin, calls } = memoryAdmin();
    await applyTopics(admin, [{ type: 'refuse', topic: 't', reason: 'no' }]);
    expect(calls).toEqual([]);
  });
});

describe('formatTopicAction', () => {
  it('says it in a line', () => {
    const action = plan({ ...base, partitions: 8 }, base);
    expect(action && formatTopicAction(action)).toMatch(/^t: alter partitions 4 → 8 \(sensors move .*\)$/);
  });
});

/** The part of an Admin that these functions use. */
function memoryAdmin(): { admin: Admin; calls: string[] } {
  const topics = new Map<string, TopicDescription>();
  const calls: string[] = [];
  const put = (call: string) => async (name: string, config: TopicConfig) => {
    calls.push(`${call} ${name}`);
    topics.set(name, { ...config, name, incarnation: 'i' });
  };
  const part: Pick<Admin, 'describeTopic' | 'createTopic' | 'alterTopic'> = {
    describeTopic: async name => topics.get(name) ?? null,
    createTopic: put('create'),
    alterTopic: put('alter'),
  };
  return { admin: part as Admin, calls };
}
