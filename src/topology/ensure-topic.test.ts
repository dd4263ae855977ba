import { describe, expect, it } from 'vitest';
import { scratchBrokers } from '../stages/testing/scratch-broker.js';
import { bareTopology } from './bare-topology.js';
import { ensureTopic } from './ensure-topic.js';

describe('a topic that is needed', () => {
  const scratchBroker = scratchBrokers();

  it('is made in an embedded broker, with the defaults', async () => {
    const broker = await scratchBroker();
    await ensureTopic(broker, bareTopology({}), 'models', 'compact');
    expect(await broker.admin.describeTopic('models')).toMatchObject({
      cleanupPolicy: 'compact',
      partitions: 4,
    });
  });

  it('has a name that topics can have: another one used to be a mistake in Plantsense', async () => {
    const broker = await scratchBroker();
    for (const name of ['', '..', 'audio raw', 'x'.repeat(250)]) {
      const made = ensureTopic(broker, bareTopology({}), name);
      await expect(made).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
    }
  });
});
