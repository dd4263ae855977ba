import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { GatedStage, noUnhandledRejections, topicOf } from './testing/gated-stage.js';
import { MemoryTopic } from './testing/memory-partition.js';
import { gate, settle, until } from './testing/signals.js';

describe('Consumption: commits', () => {
  noUnhandledRejections();

  it('commits what is durable at an interval', async () => {
    const stage = new GatedStage();
    const topic = topicOf(3);
    await stage.start();
    stage.group.assign(topic.assign(settle, () => 10));
    await until(() => stage.gates.has(0));
    await stage.pass(1000);
    expect(topic.commit).toBeNull();
    stage.gates.get(0)!.open();
    await until(() => stage.gates.has(1));
    await stage.pass(999);
    expect(topic.commit).toBeNull();
    await stage.pass(1);
    expect(topic.commit).toEqual({ offset: 1, metadata: '' });
  });

  it('keeps lanes apart: one that waits holds no other back', async () => {
    const stage = new GatedStage();
    const [slow, fast] = [topicOf(1), new MemoryTopic()];
    for (let i = 10; i < 15; i++) fast.append('b', i, Uint8Array.of(i));
    await stage.start();
    const partition = slow.assign(settle, () => 1);
    stage.group.assign(
      partition,
      fast.assign(settle, () => 1),
    );
    await until(() => stage.gates.has(0) && stage.gates.has(10));
    stage.open = true;
    stage.gates.get(10)!.open();
    await until(() => stage.effects.includes(14));
    await stage.pass(1000);
    expect(fast.commit).toEqual({ offset: 5, metadata: '' });
    expect(slow.commit).toBeNull();
    const revoking = stage.group.revoke(partition);
    stage.gates.get(0)!.open();
    await revoking;
    expect(slow.commit).toEqual({ offset: 1, metadata: '' });
  });

  it('gathers no commits behind one that the broker does not answer yet', async () => {
    const stage = new GatedStage();
    const topic = topicOf(1);
    stage.open = true;
    let committed = 0;
    stage.observer.committed = () => {
      committed += 1;
    };
    await stage.start();
    const partition = topic.assign(settle, () => 1);
    const answer = gate();
    partition.commit = () => answer.promise;
    stage.group.assign(partition);
    await until(() => stage.effects.length === 1);
    for (let i = 0; i < 10; i++) await stage.pass(1000);
    answer.open();
    await until(() => committed > 0);
    for (let i = 0; i < 10; i++) await settle();
    expect(committed).toBe(1);
  });

  it('ends the stage when a commit is not a checkpoint, instead of throwing into the client', async () => {
    const stage = new GatedStage();
    const topic = topicOf(1);
    topic.commit = { offset: 0, metadata: 'what another program wrote' };
    const consumption = await stage.start();
    stage.group.assign(topic.assign(settle, () => 1));
    await expect(consumption.done).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
  });

  it('ends the stage when a commit can never be written', async () => {
    const stage = new GatedStage();
    stage.open = true;
    const consumption = await stage.start();
    const partition = topicOf(1).assign(settle, () => 1);
    partition.commit = async () => {
      throw new PlantsenseError('CHECKPOINT_TOO_LARGE', 'Too many sensors.');
    };
    stage.group.assign(partition);
    await until(() => stage.effects.length === 1);
    await stage.pass(1000);
    await expect(consumption.done).rejects.toMatchObject({ code: 'CHECKPOINT_TOO_LARGE' });
  });
});
