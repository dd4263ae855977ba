import type { Command } from 'commander';
import type { ThresholdRule } from '../anomaly/threshold.js';
import type { SegmentOptions } from '../audio/segments.js';
import { PlantsenseError } from '../errors.js';
import type { FitMachineOptions } from '../lifecycle/machine-model/fit-machine.js';
import { TRAINING_RANGES } from '../lifecycle/training-ranges.js';
import type { ResidualWidth } from '../nn/residual/architecture.js';
import { choice, decimalNumber, parsed, wholeNumber } from './new-command.js';

/** Options of a training of a machine's network; `train machine` and `bench machine` take them. */
export interface MachineFlags {
  readonly width?: ResidualWidth;
  readonly hop?: number;
  readonly overlap?: number;
  readonly step: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly validation: number;
  readonly rule: 'quantile' | 'gamma' | 'sensitivity';
  readonly quantile?: number;
  readonly sensitivity?: number;
  readonly windows: 'auto' | 'within' | 'across';
}

/** The window of a segment, in samples: the network takes half as many bins. */
const N_FFT = 2048;
const COLUMNS = 32;

export function withMachineOptions(command: Command): Command {
  const hop = parsed('--hop <samples>', 'from one window to the next (default: 512)', wholeNumber(1, N_FFT));
  return command
    .addOption(
      choice(
        '--width <name>',
        'of the network: tiny for many machines on a CPU, small for a few, paper for its Table A1 (default: small)',
        ['tiny', 'small', 'paper'] satisfies ResidualWidth[],
      ),
    )
    .addOption(hop.conflicts('overlap'))
    .addOption(
      parsed(
        '--overlap <samples>',
        'shared by neighbouring windows of 2048, in place of --hop',
        wholeNumber(0, N_FFT - 1),
      ),
    )
    .addOption(
      parsed('--step <columns>', 'from one segment of 32 columns to the next', wholeNumber(1, 10_000), '22'),
    )
    .addOption(
      parsed(
        '--steps <n>',
        'of the training, rounded up to whole epochs; the paper made 50,000',
        wholeNumber(...TRAINING_RANGES.steps),
        '2000',
      ),
    )
    .addOption(
      parsed('--batch-size <n>', 'segments of one step', wholeNumber(...TRAINING_RANGES.batchSize), '32'),
    )
    .addOption(
      parsed(
        '--learning-rate <rate>',
        "Adam's step size",
        decimalNumber(...TRAINING_RANGES.learningRate),
        '0.0008',
      ),
    )
    .addOption(parsed('--seed <n>', 'of the random numbers', wholeNumber(...TRAINING_RANGES.seed), '1'))
    .addOption(
      parsed(
        '--validation <share>',
        'of the segments, whole recordings: thresholds are told by them',
        decimalNumber(...TRAINING_RANGES.share),
        '0.2',
      ),
    )
    .addOption(
      choice(
        '--rule <name>',
        'how a threshold is told: by normal residuals themselves, by a gamma distribution of them, or by the abnormal ones that it shall find',
        ['quantile', 'gamma', 'sensitivity'],
        'quantile',
      ),
    )
    .addOption(
      parsed(
        '--quantile <q>',
        'share of normal means that a threshold calls normal (default: 0.99)',
        decimalNumber(...TRAINING_RANGES.normalQuantile),
      ),
    )
    .addOption(
      parsed(
        '--sensitivity <share>',
        'of abnormal means that a threshold calls abnormal, with --rule sensitivity (default: 0.95)',
        decimalNumber(...TRAINING_RANGES.sensitivity),
      ),
    )
    .addOption(
      choice(
        '--windows <where>',
        'means of n segments: within recordings, across recordings that are too short for one, or auto',
        ['auto', 'within', 'across'],
        'auto',
      ),
    );
}

/** @returns how segments are cut */
export function segmentOptionsOf({ hop, overlap, step }: MachineFlags): SegmentOptions {
  const shared = overlap ?? N_FFT - (hop ?? 512);
  return { nFft: N_FFT, overlap: shared, width: COLUMNS, step, normalize: 'segment' };
}

/** @throws PlantsenseError USAGE_INVALID for an option that the rule doesn't take */
function ruleOf({ rule, quantile, sensitivity }: MachineFlags): ThresholdRule {
  const [option, value] = rule === 'sensitivity' ? ['quantile', quantile] : ['sensitivity', sensitivity];
  if (value !== undefined)
    throw new PlantsenseError('USAGE_INVALID', `--${option} is no option of --rule ${rule}.`);
  if (rule === 'sensitivity') return { type: rule, sensitivity: sensitivity ?? 0.95 };
  return { type: rule, quantile: quantile ?? 0.99 };
}

/** @throws PlantsenseError USAGE_INVALID for an option that the rule doesn't take */
export function fitOptionsOf(flags: MachineFlags): FitMachineOptions {
  const { width, steps, batchSize, learningRate, seed, validation, windows } = flags;
  return {
    ...(width && { width }),
    ...{ steps, batchSize, learningRate, seed, windows },
    segment: segmentOptionsOf(flags),
    validationShare: validation,
    rule: ruleOf(flags),
  };
}
