import { describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../broker/port.js';
import { codec } from '../records/codec.js';
import { tensorBytes } from '../records/tensor-bytes.js';
import { EXAMPLES } from '../records/testing/examples.js';
import { settle } from '../stream/testing/signals.js';
import { startNoiseAssign } from './noise-assign.js';
import { scratchBrokers } from './testing/scratch-broker.js';
import { testContext } from './testing/stage-context.js';

describe('the assigning stage', () => {
  const scratchBroker = scratchBrokers();

  it('makes a dead letter of features that are no spectrogram: they used to end the stage at each start', async () => {
    const broker = await scratchBroker();
    for (const topic of ['features.noise', 'models'])
      await broker.admin.createTopic(topic, { partitions: 1 });
    const producer = await broker.producer();
    const [spectrogram, flat] = [[2, 3], [6]].map(shape =>
      codec('noise-features').encode({
        ...EXAMPLES['noise-features'],
        shape,
        tensor: tensorBytes(new Float32Array(6)),
      }),
    );
    const value = codec('model-announcement').encode(EXAMPLES['model-announcement']);
    await producer.send('models', [{ key: 'm', value }]);
    await producer.send('features.noise', [
      { key: 'a', value: flat! },
      { key: 'a', value: spectrogram! },
    ]);
    const sent: (readonly [string, OutgoingMessage])[] = [];
    const context = testContext(broker, async (topic, messages) => {
      for (const message of messages) sent.push([topic, message]);
    });
    const stage = await startNoiseAssign(
      {
        input: 'features.noise',
        models: 'models',
        outputs: { assignments: 'assignments', deadLetter: 'dead' },
        whenNoModel: 'unassigned',
        batchSize: 8,
        lingerMs: 1,
      },
      context,
    );
    let failure: unknown = null;
    stage.done.catch(error => {
      failure = error;
    });
    while (sent.length < 2 && !failure) await settle();
    await stage.stop();
    expect(failure).toBeNull();
    const letters = sent.map(([, { value }]) => codec('dead-letter').decode(value!));
    // The announced model lies nowhere: its events are dead letters too, each with a reason of its own.
    expect(letters.map(({ originalOffset, errorCode }) => [originalOffset, errorCode])).toEqual([
      [0, 'RECORD_INVALID'],
      [1, 'MODEL_NOT_FOUND'],
    ]);
    // It used to count as the one in use.
    expect((await context.metrics.modelActive.get()).values).toEqual([]);
  });
});
