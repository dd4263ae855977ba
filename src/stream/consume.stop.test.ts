import { describe, expect, it } from 'vitest';
import type { AssignedPartition } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { GatedStage, noUnhandledRejections, topicOf } from './testing/gated-stage.js';
import { settle, until } from './testing/signals.js';

describe('Consumption: the end', () => {
  noUnhandledRejections();

  const moments: [string, (stage: GatedStage, partition: AssignedPartition) => Promise<void>][] = [
    ['before anything is assigned', async () => {}],
    ['before anything was fetched', async (stage, partition) => stage.group.assign(partition)],
    [
      'while an effect is under way',
      async (stage, partition) => {
        stage.group.assign(partition);
        await until(() => stage.gates.has(0));
        setImmediate(() => {
          stage.open = true;
          stage.gates.get(0)!.open();
        });
      },
    ],
    [
      'while a commit is under way',
      async (stage, partition) => {
        stage.open = true;
        stage.group.assign(partition);
        await until(() => stage.effects.length > 0);
        stage.clock.pass(1000);
      },
    ],
    [
      'while another member takes the partition',
      async (stage, partition) => {
        stage.open = true;
        stage.group.assign(partition);
        await until(() => stage.effects.length === 3);
        partition.commit = async () => {
          throw new PlantsenseError('COMMIT_FENCED', 'Taken.');
        };
      },
    ],
    [
      'after it was stopped',
      async (stage, partition) => {
        stage.open = true;
        stage.group.assign(partition);
      },
    ],
  ];
  it.each(moments)('stops in good order %s', async (moment, arrange) => {
    const stage = new GatedStage();
    const topic = topicOf(3);
    const consumption = await stage.start();
    await arrange(
      stage,
      topic.assign(settle, () => 3),
    );
    if (moment.startsWith('after')) await consumption.stop();
    await consumption.stop();
    await consumption.done;
    expect(consumption.lanes).toEqual([]);
    expect(stage.effects.length).toBeGreaterThanOrEqual(topic.commit?.offset ?? 0);
    if (!moment.includes('another member')) expect(topic.commit?.offset ?? 0).toBe(stage.effects.length);
  });
});
