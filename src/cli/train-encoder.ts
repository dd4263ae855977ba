import type { Command } from 'commander';
import { TRAINING_RANGES } from '../lifecycle/training-ranges.js';
import type { Cli } from './cli.js';
import { tileGrid } from './image-encoder-options.js';
import {
  decimalNumber,
  type JsonOption,
  newCommand,
  parsed,
  wholeNumber,
  wholeNumbers,
  wordOr,
} from './new-command.js';

export interface TrainEncoderFlags extends JsonOption {
  readonly out: string;
  readonly sizePx: number;
  readonly tiles?: { readonly rows: number; readonly columns: number };
  readonly latentDim: number;
  readonly filters: readonly number[];
  readonly epochs: number | 'auto';
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly skipUnreadable: boolean;
  readonly restart: boolean;
}

const ABOUT = `Learn to make few numbers of a plant's own images, without labels: a convolutional auto-encoder (Conv-SDAE) that draws images again from those numbers. It sees them in grey and square. \`encode\`, \`group\` and topologies take the directory as the encoder conv-sdae.

It says which share of the images' differences the numbers don't hold, of images that it has not learnt from too. Some thousand images take minutes on two cores; a training that is interrupted goes on when the same command is given again.`;

export function trainEncoderCommand(cli: Cli): Command {
  return newCommand('encoder', ABOUT, 'train encoder images/ --out models/line-2-encoder')
    .argument('<image...>', 'JPEG, PNG, TIFF or BMP files, or directories of them')
    .requiredOption('--out <dir>', 'write the encoder there')
    .addOption(
      parsed('--size-px <pixels>', 'height and width at which it sees images', wholeNumber(8, 512), '64'),
    )
    .addOption(
      parsed(
        '--tiles <RxC>',
        'cut each image into rows and columns of tiles, as 1x4 for a strip, and learn from each; `encode` and `group` need the same then',
        tileGrid,
      ),
    )
    .addOption(
      parsed(
        '--latent-dim <n>',
        'numbers that an image becomes',
        wholeNumber(...TRAINING_RANGES.latentDim),
        '32',
      ),
    )
    .addOption(
      parsed(
        '--filters <n,n>',
        'of the convolutions, of which each halves both sides',
        wholeNumbers(...TRAINING_RANGES.filters),
        '16,32,64',
      ),
    )
    .addOption(
      parsed(
        '--epochs <n>',
        'or auto: 1,000 steps, 10 to 100 epochs',
        wordOr('auto', 'auto' as const, wholeNumber(...TRAINING_RANGES.epochs)),
        'auto',
      ),
    )
    .addOption(
      parsed('--batch-size <n>', 'images of one step', wholeNumber(...TRAINING_RANGES.batchSize), '32'),
    )
    .addOption(
      parsed(
        '--learning-rate <rate>',
        "Adam's step size",
        decimalNumber(...TRAINING_RANGES.learningRate),
        '0.001',
      ),
    )
    .addOption(parsed('--seed <n>', 'of the random numbers', wholeNumber(...TRAINING_RANGES.seed), '1'))
    .option(
      '--skip-unreadable',
      'leave out images that can not be read, and name them, instead of stopping at the first',
      false,
    )
    .option('--restart', 'begin anew after a training that was interrupted', false)
    .action(async (paths: string[], flags: TrainEncoderFlags) => {
      const { trainEncoder } = await import('./train-encoder-job.js');
      await trainEncoder(cli, paths, flags);
    });
}
