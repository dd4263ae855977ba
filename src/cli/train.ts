import type { Command } from 'commander';
import { TRAINING_RANGES } from '../lifecycle/training-ranges.js';
import type { Cli } from './cli.js';
import { type BrokerFlags, withBrokerOptions } from './connection.js';
import {
  choice,
  decimalNumber,
  type JsonOption,
  newCommand,
  newGroup,
  parsed,
  timeUs,
  wholeNumber,
  wholeNumbers,
  wordOr,
} from './new-command.js';
import { trainEncoderCommand } from './train-encoder.js';
import { trainImagesCommand } from './train-images.js';
import { trainMachineCommand } from './train-machine.js';

/** Options of the model; which of them it takes depends on its kind. */
export interface ModelFlags {
  readonly groups?: number | 'auto';
  readonly minGroups?: number;
  readonly maxGroups?: number;
  readonly novelQuantile?: number;
  readonly seed?: number;
  readonly loss?: 'elbo' | 'seed';
  readonly latentDim?: number;
  readonly filters?: readonly number[];
  readonly pretrainEpochs?: number | 'auto';
  readonly epochs?: number | 'auto';
  readonly batchSize?: number;
  readonly learningRate?: number;
}

export interface TrainFlags extends JsonOption, BrokerFlags, ModelFlags {
  readonly topic?: string;
  readonly windowHours?: number;
  readonly model?: (typeof KINDS)[number];
  readonly out?: string;
  readonly restart: boolean;
  readonly modelsTopic?: string;
  readonly activeFrom?: number;
  readonly announce: boolean;
}

const KINDS = ['gmm', 'kmeans', 'conv-sdae+gmm', 'dec', 'vade'] as const;

export function trainCommand(cli: Cli): Command {
  return newGroup('train', 'Fit models.', [
    noiseCommand(cli),
    trainMachineCommand(cli),
    trainImagesCommand(cli),
    trainEncoderCommand(cli),
  ]);
}

const ABOUT = `Fit groups of noise events, keep the model as a new version and announce it, so that running topologies switch to it. It learns from recordings, one event a file, or from the last hours of a topic of features. What is not given is as in the topology's learning stage, or that stage's defaults.

gmm and kmeans take seconds. conv-sdae+gmm, dec and vade train a network: three to ten minutes on two cores, for up to some thousand events. A training that is interrupted goes on when the same command is given again.`;

function noiseCommand(cli: Cli): Command {
  const command = newCommand(
    'noise',
    ABOUT,
    'train noise recordings/ --model vade --groups 10 --out models/hall',
  )
    .argument(
      '[source...]',
      'WAV, FLAC or Ogg Vorbis files, directories of them, or one topic of features (default: the topic)',
    )
    .option('--topic <topic>', 'topic of features to learn from (default: features.noise)')
    .addOption(
      parsed(
        '--window-hours <hours>',
        "how far back from the topic's newest event (default: 24)",
        decimalNumber(0.01),
      ),
    )
    .addOption(choice('--model <kind>', 'what is fitted (default: gmm)', KINDS));
  addModelOptions(command)
    .option('--out <dir>', 'write the model there, instead of keeping and announcing it')
    .option('--restart', 'begin anew, with the events of now, after a training that was interrupted', false)
    .option('--models-topic <topic>', 'where to announce it (default: models)')
    .addOption(
      parsed(
        '--active-from <time>',
        'event time from which it is used, ISO 8601; now without it. The first model is used for all events.',
        timeUs,
      ),
    )
    .option('--no-announce', 'keep it, and tell nobody');
  return withBrokerOptions(command).action(async (sources: string[], flags: TrainFlags) => {
    const { trainNoiseModel } = await import('./train-noise-model.js');
    await trainNoiseModel(cli, sources, flags);
  });
}

function addModelOptions(command: Command): Command {
  const auto = (parse: (text: string) => number) => wordOr('auto', 'auto', parse);
  return command
    .addOption(
      parsed(
        '--groups <n>',
        'number of groups, or auto (default: auto)',
        auto(wholeNumber(...TRAINING_RANGES.groups)),
      ),
    )
    .addOption(
      parsed(
        '--min-groups <n>',
        'the fewest that auto may choose (default: 2)',
        wholeNumber(...TRAINING_RANGES.groups),
      ),
    )
    .addOption(
      parsed(
        '--max-groups <n>',
        'the most that auto may choose (default: 20)',
        wholeNumber(...TRAINING_RANGES.groups),
      ),
    )
    .addOption(
      parsed(
        '--novel-quantile <q>',
        'share of the events that is novel (default: 0.01)',
        decimalNumber(...TRAINING_RANGES.novelQuantile),
      ),
    )
    .addOption(
      parsed('--seed <n>', 'of the random numbers (default: 1)', wholeNumber(...TRAINING_RANGES.seed)),
    )
    .addOption(choice('--loss <loss>', 'of vade (default: elbo)', ['elbo', 'seed']))
    .addOption(
      parsed(
        '--latent-dim <n>',
        'numbers that a spectrogram becomes (default: 10)',
        wholeNumber(...TRAINING_RANGES.latentDim),
      ),
    )
    .addOption(
      parsed(
        '--filters <n,n>',
        'of the convolutions (default: 16,32,64)',
        wholeNumbers(...TRAINING_RANGES.filters),
      ),
    )
    .addOption(
      parsed(
        '--pretrain-epochs <n>',
        'of the Conv-SDAE, or auto: 1,000 steps, 10 to 100 epochs (default: auto)',
        auto(wholeNumber(...TRAINING_RANGES.epochs)),
      ),
    )
    .addOption(
      parsed(
        '--epochs <n>',
        'of vade or dec after that, or auto (default: auto)',
        auto(wholeNumber(...TRAINING_RANGES.epochs)),
      ),
    )
    .addOption(
      parsed(
        '--batch-size <n>',
        'spectrograms of one step (default: 32)',
        wholeNumber(...TRAINING_RANGES.batchSize),
      ),
    )
    .addOption(
      parsed(
        '--learning-rate <rate>',
        "Adam's step size (default: 0.001)",
        decimalNumber(...TRAINING_RANGES.learningRate),
      ),
    );
}
