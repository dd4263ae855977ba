import { performance } from 'node:perf_hooks';
import { type Command, InvalidArgumentError } from 'commander';
import type { BenchmarkMethod, BenchmarkOptions } from '../lifecycle/noise-benchmark/benchmark-options.js';
import { TRAINING_RANGES } from '../lifecycle/training-ranges.js';
import { benchMachineCommand } from './bench-machine-command.js';
import type { Cli } from './cli.js';
import {
  choice,
  decimalNumber,
  type JsonOption,
  newCommand,
  newGroup,
  parsed,
  wholeNumber,
  wholeNumbers,
} from './new-command.js';

/** `vade` stands for one row each loss. */
const METHODS = [
  ...['kmeans', 'gmm', 'pca+kmeans', 'pca+gmm', 'spectrogram+kmeans', 'spectrogram+gmm'],
  ...['conv-sdae+kmeans', 'dec+kmeans', 'dec', 'vade'],
] as const;
type Method = (typeof METHODS)[number];

interface Flags extends JsonOption {
  readonly k: number;
  readonly out: string;
  readonly runs: number;
  readonly methods: readonly Method[];
  readonly loss: 'seed' | 'elbo' | 'both';
  readonly labelsFrom?: 'folders';
  readonly seed: number;
  readonly latentDim?: number;
  readonly filters?: readonly number[];
  readonly pretrainEpochs?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
}

export function benchCommand(cli: Cli): Command {
  return newGroup('bench', 'Compare methods on your own data.', [
    noiseCommand(cli),
    benchMachineCommand(cli),
  ]);
}

function noiseCommand(cli: Cli): Command {
  const about =
    'Compare methods that group noise events on your own recordings, one event a file: silhouette, Calinski-Harabasz and ' +
    "Davies-Bouldin in each method's own space and in one common space (pooled mel statistics, standardised), agreement " +
    'with known classes, active groups, stability over seeds and held-out likelihood. kmeans and gmm (a mixture of normal ' +
    'distributions with diagonal covariances) group pooled mel statistics: mean and standard deviation of each band. With ' +
    'pca+ they group the first ten principal components of the same, standardised before and whitened after; with ' +
    'spectrogram+ the log-mel spectrograms as they are, flat, which must fit into memory. Results are kept in --out as they ' +
    'come, and a benchmark that was stopped goes on.';
  return newCommand(
    'noise',
    about,
    'bench noise recordings --labels-from folders --k 10 --runs 10 --out bench-out',
  )
    .argument('<dir>', 'directory of WAV, FLAC and Ogg Vorbis files, at any depth')
    .addOption(
      parsed(
        '--k <groups>',
        'number of groups',
        wholeNumber(2, TRAINING_RANGES.groups[1]),
      ).makeOptionMandatory(),
    )
    .requiredOption('--out <dir>', 'directory for table, picture and results')
    .addOption(
      parsed('--runs <n>', 'runs of each method, each with another seed', wholeNumber(1, 1000), '10'),
    )
    .addOption(parsed('--methods <list>', METHODS.join(', '), methodList, 'kmeans,gmm,dec+kmeans,dec,vade'))
    .addOption(choice('--loss <name>', 'of VaDE; both gives a row each', ['seed', 'elbo', 'both'], 'both'))
    .addOption(
      choice('--labels-from <place>', "known classes: the folders below the directory's top", ['folders']),
    )
    .addOption(parsed('--seed <n>', 'of the first run', wholeNumber(...TRAINING_RANGES.seed), '1'))
    .addOption(
      parsed(
        '--latent-dim <n>',
        'numbers that networks make of a spectrogram (default: 10)',
        wholeNumber(...TRAINING_RANGES.latentDim),
      ),
    )
    .addOption(
      parsed(
        '--filters <list>',
        'of the convolutions (default: 16,32,64)',
        wholeNumbers(...TRAINING_RANGES.filters),
      ),
    )
    .addOption(
      parsed(
        '--pretrain-epochs <n>',
        'of the Conv-SDAE (default: as many as make 1,000 steps)',
        wholeNumber(...TRAINING_RANGES.epochs),
      ),
    )
    .addOption(
      parsed(
        '--epochs <n>',
        'of VaDE, and of DEC at most (default: by the number of recordings)',
        wholeNumber(...TRAINING_RANGES.epochs),
      ),
    )
    .addOption(
      parsed(
        '--batch-size <rows>',
        'of Conv-SDAE and VaDE (default: 32)',
        wholeNumber(...TRAINING_RANGES.batchSize),
      ),
    )
    .addOption(
      parsed(
        '--learning-rate <rate>',
        'of Conv-SDAE and VaDE (default: 0.001)',
        decimalNumber(...TRAINING_RANGES.learningRate),
      ),
    )
    .action(async (directory: string, flags: Flags) => {
      const { runNoiseBenchmark } = await import('./bench-noise.js');
      const { json, out, labelsFrom } = flags;
      const report = await runNoiseBenchmark(cli, {
        ...{ directory, out, hasClasses: labelsFrom === 'folders' },
        options: optionsOf(flags),
        nowMs: () => performance.now(),
      });
      if (json) await cli.stdout.json(report.json);
      else await cli.stdout.write(report.text);
    });
}

function optionsOf(flags: Flags): BenchmarkOptions {
  const { k, runs, seed, methods, loss } = flags;
  const losses = loss === 'both' ? (['seed', 'elbo'] as const) : [loss];
  const rows = methods.flatMap((method): BenchmarkMethod[] =>
    method === 'vade' ? losses.map(name => `vade-${name}` as const) : [method],
  );
  const { latentDim, filters, pretrainEpochs, epochs, batchSize, learningRate } = flags;
  const network = Object.fromEntries(
    Object.entries({ latentDim, filters, pretrainEpochs, epochs, batchSize, learningRate }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  return { k, runs, seed, methods: rows, network };
}

function methodList(text: string): Method[] {
  return text.split(',').map(word => {
    const method = METHODS.find(name => name === word.trim());
    if (!method)
      throw new InvalidArgumentError(`It must be a list of ${METHODS.join(', ')}, with commas between.`);
    return method;
  });
}
