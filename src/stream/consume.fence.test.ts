import { Observable, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { GroupListener } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { GatedStage, noUnhandledRejections, topicOf, unavailable } from './testing/gated-stage.js';
import { settle, until } from './testing/signals.js';

const taken = () => new PlantsenseError('COMMIT_FENCED', 'Taken.');

/** A stage that notes its commits, and a deadline that came too early. */
function observed(): GatedStage {
  const stage = new GatedStage();
  stage.observer.committed = ({ watermark }) => void stage.events.push(`committed ${watermark.position}`);
  stage.observer.commitFenced = () => void stage.events.push('fenced');
  stage.observer.deadlineMissed = () => void stage.events.push('deadline missed');
  return stage;
}

describe('Consumption: fences and what is told of them', () => {
  noUnhandledRejections();

  it('tells of each commit that is written, and of none where nothing had changed', async () => {
    const stage = observed();
    stage.open = true;
    const consumption = await stage.start();
    stage.group.assign(topicOf(3).assign(settle, () => 3));
    await until(() => stage.effects.length === 3);
    for (let i = 0; i < 5; i++) await stage.pass(1000);
    expect(stage.events).toEqual(['assigned', 'committed 3']);
    await consumption.stop();
    expect(stage.events).toEqual(['assigned', 'committed 3', 'drained']);
  });

  it('tells once that another member has the partition, and tries no more commits', async () => {
    const stage = observed();
    stage.open = true;
    const partition = topicOf(3).assign(settle, () => 3);
    let commits = 0;
    partition.commit = async () => {
      commits += 1;
      throw taken();
    };
    const consumption = await stage.start();
    stage.group.assign(partition);
    await until(() => stage.effects.length === 3);
    for (let i = 0; i < 5; i++) await stage.pass(1000);
    expect([stage.events, commits]).toEqual([['assigned', 'fenced'], 1]);
    stage.group.lose(partition);
    await consumption.stop();
  });

  it('tells that the deadline was missed when it was, not when a partition was lost or given back in time', async () => {
    const stage = observed();
    const [late, lost, drained] = [1, 1, 0].map(count => topicOf(count).assign(settle, () => 1));
    const consumption = await stage.start();
    stage.group.assign(late!, lost!, drained!);
    await until(() => stage.gates.has(0));
    stage.group.lose(lost!);
    await stage.group.revoke(drained!);
    expect(stage.events.slice(3)).toEqual(['cut', 'drained']);
    const revoked = stage.group.revoke(late!);
    stage.group.deadline.abort();
    await revoked;
    expect(stage.events.slice(5)).toEqual(['deadline missed', 'cut']);
    await consumption.stop();
  });

  it('goes on when the work of a fenced lane gives up: its error is of no stage any more', async () => {
    const stage = observed();
    // What is tried again for the lane throws its last error when the lane is over.
    stage.pipeline = lane =>
      new Observable(subscriber => {
        const subscription = lane.deliveries.subscribe(({ ack }) => ack.done());
        lane.over.addEventListener('abort', () => subscriber.error(unavailable()));
        return subscription;
      });
    const partition = topicOf(1).assign(settle, () => 1);
    partition.commit = async () => {
      throw taken();
    };
    const consumption = await stage.start();
    stage.group.assign(partition);
    await until(() => consumption.lanes[0]?.watermark.position === 1);
    await stage.pass(1000);
    expect(stage.events).toEqual(['assigned', 'fenced']);
    await consumption.stop();
    await consumption.done;
  });

  it('goes on when operators learn of the new owner before the lane does', async () => {
    const stage = observed();
    stage.pipeline = () => throwError(taken);
    const consumption = await stage.start();
    stage.group.assign(topicOf(1).assign(settle, () => 1));
    await stage.pass(1000);
    expect(consumption.lanes).toHaveLength(1);
    await consumption.stop();
    await consumption.done;
  });

  it('leaves the group that it had just joined when it failed meanwhile', async () => {
    const stage = observed();
    const { broker } = stage.group;
    const join = broker.join.bind(broker);
    broker.join = async (options, listener: GroupListener) => {
      const member = await join(options, listener);
      listener.failed(new PlantsenseError('BROKER_AUTH_FAILED', 'Who are you?'));
      return member;
    };
    const consumption = await stage.start();
    await expect(consumption.done).rejects.toMatchObject({ code: 'BROKER_AUTH_FAILED' });
    expect(stage.group.closed).toBe(1);
  });

  it('leaves no timer behind when it is stopped', async () => {
    const stage = observed();
    const consumption = await stage.start();
    expect(stage.clock.actions).toHaveLength(1);
    await consumption.stop();
    await stage.pass(10_000);
    expect(stage.clock.actions).toHaveLength(0);
  });
});
