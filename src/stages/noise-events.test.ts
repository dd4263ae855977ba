import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { codec } from '../records/codec.js';
import { EXAMPLES } from '../records/testing/examples.js';
import { FakeGroup } from '../stream/testing/fake-group.js';
import { MemoryTopic } from '../stream/testing/memory-partition.js';
import { settle } from '../stream/testing/signals.js';
import { createMetrics } from '../telemetry/metrics.js';
import { startNoiseEvents } from './noise-events.js';
import { soundLaneOptions } from './testing/sound-lane-options.js';
import { testContext } from './testing/stage-context.js';

/** Whether a stage has ended by now; throws what ended it. */
const isOver = (done: Promise<void>) => Promise.race([done.then(() => true), settle().then(() => false)]);

describe('the listening stage', () => {
  it('counts the state of the lanes that it has, not of those that it has given back', async () => {
    const { topics, sensors, timeline, idleSecs } = soundLaneOptions();
    const group = new FakeGroup();
    // Its outputs go by key.
    Object.defineProperty(group.broker, 'admin', { value: { describeTopic: async () => null } });
    const metrics = createMetrics(new Registry());
    const stage = await startNoiseEvents(
      {
        input: 't',
        outputs: { ...topics, deadLetter: 'dead' },
        ...timeline,
        idleSecs,
        logMel: {},
        workers: 1,
      },
      sensors,
      testContext(group.broker, async () => {}, { metrics }),
    );
    const retained = async () => (await metrics.retainedBytes.get()).values[0]?.value ?? null;
    const topic = new MemoryTopic();
    const chunk = { ...EXAMPLES['audio-chunk'], samples: new Uint8Array(2 * 22_050) };
    topic.append('press-1', 0, codec('audio-chunk').encode(chunk));
    const partition = topic.assign(settle, () => 1);
    group.assign(partition);
    for (let ended = false; !ended && !(await retained()); ) ended = await isOver(stage.done);
    group.lose(partition);
    expect(await retained()).toBe(0);
    await stage.stop();
  });
});
