import { throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { GatedStage, noUnhandledRejections, topicOf } from './testing/gated-stage.js';
import { MemoryTopic } from './testing/memory-partition.js';
import { settle, until } from './testing/signals.js';

describe('Consumption: failures', () => {
  noUnhandledRejections();

  it('ends the stage when a pipeline fails, and commits nothing past the failure', async () => {
    const stage = new GatedStage();
    const topic = topicOf(3);
    const consumption = await stage.start();
    stage.group.assign(topic.assign(settle, () => 3));
    await until(() => stage.gates.has(0));
    stage.gates.get(0)!.open();
    await until(() => stage.gates.has(1));
    stage.gates.get(1)!.fail(new PlantsenseError('STORE_REJECTED', 'No such table.'));
    await expect(consumption.done).rejects.toMatchObject({ code: 'STORE_REJECTED' });
    await stage.pass(5000);
    expect(topic.commit?.offset ?? 0).toBeLessThanOrEqual(1);
    expect([stage.group.closed, consumption.lanes]).toEqual([1, []]);
    await consumption.stop();
  });

  it('ends every lane with the one that fails: the process must not run on half', async () => {
    const stage = new GatedStage();
    const [broken, other] = [topicOf(1), new MemoryTopic()];
    other.append('b', 10, Uint8Array.of(10));
    const consumption = await stage.start();
    stage.group.assign(
      broken.assign(settle, () => 1),
      other.assign(settle, () => 1),
    );
    await until(() => stage.gates.has(0) && stage.gates.has(10));
    const otherLane = consumption.lanes[1]!;
    stage.gates.get(0)!.fail(new Error('a mistake'));
    await expect(consumption.done).rejects.toMatchObject({ code: 'INTERNAL' });
    stage.gates.get(10)!.open();
    await until(() => otherLane.watermark.lateAcks === 1);
    expect(stage.events).toEqual(['assigned', 'assigned', 'cut', 'cut', 'late ack']);
  });

  it('ends the stage when its operators fail while they are built', async () => {
    const stage = new GatedStage();
    stage.pipeline = () => {
      throw new PlantsenseError('WORKER_CRASHED', 'No thread.');
    };
    const consumption = await stage.start();
    stage.group.assign(
      topicOf(1).assign(settle, () => 1),
      topicOf(1).assign(settle, () => 1),
    );
    await expect(consumption.done).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
    expect(consumption.lanes).toEqual([]);
  });

  it('leaves no lane behind whose operators fail at once, and takes no partition after it has failed', async () => {
    const stage = new GatedStage();
    stage.pipeline = () => throwError(() => new PlantsenseError('WORKER_CRASHED', 'No thread.'));
    const consumption = await stage.start();
    stage.group.assign(topicOf(1).assign(settle, () => 1));
    await expect(consumption.done).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
    expect([stage.events, consumption.lanes]).toEqual([['assigned', 'cut'], []]);
    stage.group.assign(topicOf(1).assign(settle, () => 1));
    expect([stage.events, consumption.lanes]).toEqual([['assigned', 'cut'], []]);
  });

  it('leaves no timer behind when it can not join', async () => {
    const stage = new GatedStage();
    stage.group.refuse(new PlantsenseError('TOPIC_NOT_FOUND', 'No topic t.'));
    await expect(stage.start()).rejects.toMatchObject({ code: 'TOPIC_NOT_FOUND' });
    const before = stage.clock.actions.length;
    await stage.pass(10_000);
    expect([before, stage.clock.actions.length]).toEqual([0, 0]);
  });

  it('ends with the error of its consumer', async () => {
    const stage = new GatedStage();
    const consumption = await stage.start();
    stage.group.assign(topicOf(1).assign(settle, () => 1));
    stage.group.fail(new PlantsenseError('BROKER_AUTH_FAILED', 'Who are you?'));
    await expect(consumption.done).rejects.toMatchObject({ code: 'BROKER_AUTH_FAILED' });
    expect(consumption.lanes).toEqual([]);
  });
});
