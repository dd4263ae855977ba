import { z } from 'zod';
import { CREEPING_DEFAULTS } from '../anomaly/detector-options.js';
import { BLOCK_SEGMENTS } from '../lifecycle/machine-model/choose-segments.js';
import { TRAINING_RANGES } from '../lifecycle/training-ranges.js';
import { RESIDUAL_WIDTH_NAMES } from '../nn/residual/architecture.js';
import { integer, number, options, orOff, topicName } from './options.js';

/** What a stage that learns machines trains. */
const machineModel = options({
  width: z
    .enum(RESIDUAL_WIDTH_NAMES)
    .default('small')
    .describe(
      "Of the network: `tiny` for many machines on a CPU, `small` for a few, `paper` for the residual-error paper's Table A1. A model that follows another one has its width.",
    ),
  steps: integer(...TRAINING_RANGES.steps)
    .default(2000)
    .describe('Of a training, rounded up to whole epochs; the paper made 50,000.'),
  batch_size: integer(...TRAINING_RANGES.batchSize)
    .default(32)
    .describe('Segments of one step.'),
  learning_rate: number(...TRAINING_RANGES.learningRate)
    .default(8e-4)
    .describe("Adam's step size."),
  rule: z
    .enum(['quantile', 'gamma'])
    .default('quantile')
    .describe('How a threshold is told: by held-out residuals themselves or by a gamma distribution.'),
  quantile: number(...TRAINING_RANGES.normalQuantile)
    .default(0.99)
    .describe('Share of normal means that a threshold calls normal.'),
  creeping_segments: integer(2, 1000)
    .default(CREEPING_DEFAULTS.n)
    .describe(
      'Segments of a mean that hears ageing. Less sound is needed to learn a threshold for fewer, and they hear less.',
    ),
  seed: integer(...TRAINING_RANGES.seed)
    .default(1)
    .describe('Of the random numbers: the same seed and segments give the same model.'),
});

const promotion = options({
  max_residual_ratio: number(0, 10)
    .default(1)
    .describe('Its mean residual over that of the model in force, on segments that neither has learnt.'),
  max_false_alarm_share: number(0, 1)
    .default(0.05)
    .describe('Share of normal means above its own threshold, unless the model in force has as many.'),
});

/** A stage that learns machines. */
export const machineLearn = options({
  type: z
    .literal('machine_learn')
    .describe('Learns the normal sound of machines from their segments, and announces models of them.'),
  input: topicName.describe('Topic of segments.'),
  scores: topicName.describe('Topic of scores: they tell what is normal, once a machine has a model.'),
  outputs: options({
    models: topicName.describe('Topic that announces models; compacted.'),
  }).describe('Topics that it writes.'),
  model: machineModel.prefault({}).describe('What is trained.'),
  first_after_segments: integer(2, 1_000_000)
    .default(500)
    .describe('The first model of a machine is trained after as many of its segments; each later one too.'),
  shared_after_segments: orOff(integer(2, 10_000_000))
    .prefault(2000)
    .describe(
      'A model for machines that have none yet is trained after as many segments of two machines or more; or `off`.',
    ),
  window_hours: number(0.01, 100_000)
    .default(6)
    .describe('Segments of how long, in event time, a model is made of.'),
  max_segments: integer(2, 1_000_000)
    .default(2000)
    .describe('Segments that a network learns at most; of more a sample. A fifth more tell thresholds.'),
  block_segments: integer(2, 100_000)
    .default(BLOCK_SEGMENTS)
    .describe(
      'So many neighbouring segments go together, to learn from or to tell thresholds: several times `creeping_segments`. The first model needs two such blocks.',
    ),
  again_after_hours: orOff(number(0.01, 100_000))
    .prefault('off')
    .describe(
      'Event time after a model until its machine is learnt again, for machines that age; `off` for never.',
    ),
  reservoir_segments: integer(0, 100_000)
    .default(500)
    .describe(
      'Segments of earlier trainings of a machine that are kept and learnt again with it, 131 kB each; 0 for none.',
    ),
  promote: promotion
    .prefault({})
    .describe('A model that follows another one is used when it is within these limits, else refused.'),
});
