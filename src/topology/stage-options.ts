import { z } from 'zod';
import { TRAINING_RANGES } from '../lifecycle/training-ranges.js';
import { imageAssign } from './image-assign-options.js';
import { imageFeatures } from './image-features-options.js';
import { imageLearn } from './image-learn-options.js';
import { machineLearn } from './machine-learn-options.js';
import { machineResidual } from './machine-residual-options.js';
import { deadLetter, integer, named, number, options, text, topicName } from './options.js';

const logMel = options({
  sample_rate_hz: integer(1000, 192_000).default(22_050).describe('Sound is resampled to this first.'),
  duration_secs: number(0.1, 60)
    .default(7.5)
    .describe('Length of the tensor: longer events are cut, shorter ones padded.'),
  padding: z
    .enum(['zero', 'loop'])
    .default('zero')
    .describe(
      'How a short event is filled up: with zeros, or by repeating it so that padding does not encode duration.',
    ),
  n_fft: integer(32, 65_536).default(2048).describe('Samples of a window (periodic Hann): a power of two.'),
  hop: integer(1, 65_536).default(512).describe('Samples from one window to the next.'),
  n_mels: integer(1, 512).default(128).describe('Mel bands (Slaney).'),
  ref: z
    .union([z.literal('max'), number(1e-10, 1e10)])
    .default('max')
    .describe('The power that is 0 dB: the largest of the tensor, or a number, which keeps loudness.'),
  top_db: z
    .union([number(1, 300), z.literal('none')])
    .transform(value => (value === 'none' ? null : value))
    .prefault(80)
    .describe('Values further below the maximum than this are raised to it; `none` keeps them.'),
});

const noiseEvents = options({
  type: z.literal('noise_events').describe('Sound in: levels, events and their log-mel tensors out.'),
  input: topicName.describe('Topic of audio chunks.'),
  outputs: options({
    levels: topicName.describe('Sound levels of each second.'),
    events: topicName.describe('Noise events.'),
    features: topicName.describe('The log-mel tensor of each event.'),
    alarms: topicName.describe('Alarms, such as a silent sensor.'),
    dead_letter: deadLetter,
  }).describe('Topics that it writes.'),
  grid_secs: integer(1, 3600)
    .default(10)
    .describe(
      'Filters start anew at each multiple of this in event time, so that a row depends on a bounded stretch of log.',
    ),
  warmup_secs: number(1, 60)
    .default(1)
    .describe('Sound before a grid point that the filters hear first, to settle.'),
  idle_secs: number(1, 86_400)
    .default(30)
    .describe(
      "When its partition's event time has moved on this far without a sensor, its open events end and a *sensor silent* alarm is raised.",
    ),
  clock_jump_secs: number(0.01, 3600)
    .default(0.5)
    .describe(
      "A difference between a chunk's time and its sample count beyond this is a clock jump, below it drift.",
    ),
  log_mel: logMel.prefault({}).describe('The tensor that is computed of each event.'),
  workers: z
    .union([z.literal('auto'), integer(1, 64)])
    .default('auto')
    .describe('Threads for signal processing; `auto` is one less than the cores, at least one.'),
});

const noiseAssign = options({
  type: z
    .literal('noise_assign')
    .describe('Puts each event in a group of the current model, or calls it novel.'),
  input: topicName.describe('Topic of log-mel tensors.'),
  models: topicName.describe('Topic that announces models.'),
  outputs: options({
    assignments: topicName.describe('Group, probability and log-likelihood of each event.'),
    dead_letter: deadLetter,
  }).describe('Topics that it writes.'),
  when_no_model: z
    .enum(['wait', 'unassigned'])
    .default('wait')
    .describe('Before the first model: wait for it, or pass events on as unassigned.'),
  batch_size: integer(2, 1024).default(32).describe('Tensors that are computed at once.'),
  linger_ms: number(0, 60_000).default(50).describe('How long an incomplete batch waits for more.'),
});

/** What every type of model takes. */
const everyModel = {
  groups: z
    .union([z.literal('auto'), integer(...TRAINING_RANGES.groups)])
    .default('auto')
    .describe(
      'Number of groups; `auto` chooses it by held-out likelihood and stability, for networks on the latents of the Conv-SDAE.',
    ),
  min_groups: integer(...TRAINING_RANGES.groups)
    .default(2)
    .describe('The fewest that `auto` may choose.'),
  max_groups: integer(...TRAINING_RANGES.groups)
    .default(20)
    .describe('The most that `auto` may choose.'),
  novel_quantile: number(...TRAINING_RANGES.novelQuantile)
    .default(0.01)
    .describe('An event less likely than this share of the training events is novel.'),
  seed: integer(...TRAINING_RANGES.seed)
    .default(1)
    .describe('Of the random numbers: the same seed and data give the same model.'),
};

const epochs = () => z.union([z.literal('auto'), integer(...TRAINING_RANGES.epochs)]).default('auto');

/** What every network takes. */
const everyNetwork = {
  latent_dim: integer(...TRAINING_RANGES.latentDim)
    .default(10)
    .describe('Numbers that a spectrogram becomes.'),
  filters: z
    .array(integer(...TRAINING_RANGES.filters))
    .min(1)
    .max(8)
    .default([16, 32, 64])
    .describe('Filters of the convolutions of the encoder, of which each halves bands and frames.'),
  pretrain_epochs: epochs().describe(
    'How often the Conv-SDAE sees each event; `auto` makes 1,000 steps, 10 epochs at least and 100 at most.',
  ),
  batch_size: integer(...TRAINING_RANGES.batchSize)
    .default(32)
    .describe('Spectrograms of one step.'),
  learning_rate: number(...TRAINING_RANGES.learningRate)
    .default(1e-3)
    .describe("Adam's step size."),
};

const gmm = options({
  type: z
    .literal('gmm')
    .describe('A Gaussian mixture with diagonal covariances on the mean and deviation of each mel band.'),
  ...everyModel,
});

const kmeans = options({
  type: z.literal('kmeans').describe('Groups by k-means on the mean and deviation of each mel band.'),
  ...everyModel,
});

const convSdaeGmm = options({
  type: z
    .literal('conv-sdae+gmm')
    .describe(
      'A Gaussian mixture on what a Conv-SDAE, a network trained on whole spectrograms, makes of them.',
    ),
  ...everyModel,
  ...everyNetwork,
});

const dec = options({
  type: z
    .literal('dec')
    .describe(
      'Deep embedded clustering: the encoder of a Conv-SDAE, trained on until its groups stand apart.',
    ),
  ...everyModel,
  ...everyNetwork,
  epochs: epochs().describe(
    'How often DEC sees each event at most, 256 a step; `auto` makes 560 steps. It ends when groups hardly change.',
  ),
});

const vade = options({
  type: z
    .literal('vade')
    .describe(
      'Variational deep embedding: a variational auto-encoder, started from a Conv-SDAE, whose prior is the groups.',
    ),
  ...everyModel,
  ...everyNetwork,
  loss: z
    .enum(['elbo', 'seed'])
    .default('elbo')
    .describe(
      'The evidence lower bound, or the loss of the industrial noise paper, which draws events into fewer groups.',
    ),
  epochs: epochs().describe('How often VaDE sees each event after that; `auto` as for `pretrain_epochs`.'),
});

/** What a learning stage fits. */
export const noiseModelOptions = z.discriminatedUnion('type', [gmm, kmeans, convSdaeGmm, dec, vade]);

const noiseLearn = options({
  type: z.literal('noise_learn').describe('Fits a model to the events of a window and announces it.'),
  input: topicName.describe('Topic of log-mel tensors.'),
  outputs: options({
    models: topicName.describe('Topic that announces models; compacted.'),
  }).describe('Topics that it writes.'),
  model: noiseModelOptions.prefault({ type: 'gmm' }).describe('What is fitted.'),
  first_after_events: integer(2, 1_000_000)
    .default(60)
    .describe('The first model is fitted after this many events.'),
  window_hours: number(0.01, 100_000)
    .default(24)
    .describe('Events of how long, in event time, a model learns from; of more than 20,000 a sample.'),
});

const store = options({
  type: z.literal('store').describe('Writes records to the tables of the store.'),
  inputs: z
    .array(topicName)
    .min(1)
    .describe('Topics to store. Their records say which table they belong to.'),
  outputs: options({ dead_letter: deadLetter }).describe('Topics that it writes.'),
  flush_secs: number(0.05, 60).default(1).describe('Rows are inserted at least this often.'),
  flush_rows: integer(1, 1_000_000).default(50_000).describe('Rows of one insert at most.'),
  flush_bytes: integer(65_536, 268_435_456).default(16_777_216).describe('Bytes of one insert at most.'),
});

export const stageOptions = z
  .discriminatedUnion('type', [
    noiseEvents,
    noiseAssign,
    noiseLearn,
    machineResidual,
    machineLearn,
    imageFeatures,
    imageAssign,
    imageLearn,
    store,
  ])
  .describe('A stage: reads topics, writes topics, is a consumer group of its own.');

const stageName = text(
  /^[a-z][a-z0-9_-]{0,62}$/,
  'a stage name: a small letter, then small letters, digits, dashes and underscores, up to 63',
);

export const stagesOptions = named(stageName, stageOptions).describe('What runs, by a name of your choice.');

export type StageOptions = z.output<typeof stageOptions>;
export type StageType = StageOptions['type'];
export type LogMelOptions = z.output<typeof logMel>;
export type NoiseModelOptions = z.output<typeof noiseModelOptions>;
export type NoiseEventsOptions = Extract<StageOptions, { type: 'noise_events' }>;
export type NoiseLearnOptions = Extract<StageOptions, { type: 'noise_learn' }>;
export type MachineResidualOptions = Extract<StageOptions, { type: 'machine_residual' }>;
export type MachineLearnOptions = Extract<StageOptions, { type: 'machine_learn' }>;
export type ImageFeaturesOptions = Extract<StageOptions, { type: 'image_features' }>;
export type ImageLearnOptions = Extract<StageOptions, { type: 'image_learn' }>;
export type StoreStageOptions = Extract<StageOptions, { type: 'store' }>;
