import type { Broker } from '../../broker/port.js';
import { TINY_SEGMENTER } from '../../lifecycle/machine-model/testing/tiny-machine.js';
import { TINY } from '../../nn/residual/testing/tiny.js';
import type { ModelAnnouncement } from '../../records/types.js';
import { readAnnouncements } from '../announcements.js';
import type { MachineLearnOptions } from '../machine-learn.js';
import { FEATURES, SCORES } from './machine-topics.js';

/** A stage that learns tiny machines in about a second. */
export const LEARN: MachineLearnOptions = {
  ...{ input: FEATURES, scores: SCORES, outputs: { models: 'models' } },
  model: {
    ...{ width: 'small', steps: 60, batchSize: 16, learningRate: 0.003 },
    ...{ rule: 'quantile', quantile: 0.99, creepingSegments: 20, seed: 1 },
  },
  segment: TINY_SEGMENTER.options,
  ...{
    firstAfterSegments: 250,
    sharedAfterSegments: null,
    windowHours: 24,
    maxSegments: 2000,
    blockSegments: 80,
  },
  ...{
    againAfterHours: null,
    reservoirSegments: 50,
    promote: { maxResidualRatio: 1, maxFalseAlarmShare: 0.1 },
  },
  architecture: TINY,
};

/** What was announced of models so far. */
export function announced(broker: Broker): Promise<readonly ModelAnnouncement[]> {
  return readAnnouncements(broker, 'models', new AbortController().signal);
}

/** The same, once there are as many. */
export async function untilAnnounced(broker: Broker, count: number): Promise<readonly ModelAnnouncement[]> {
  for (;;) {
    const models = await announced(broker);
    if (models.length >= count) return models;
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
