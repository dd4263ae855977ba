import { type Command, InvalidArgumentError, Option } from 'commander';
import { TRAINING_RANGES } from '../lifecycle/training-ranges.js';
import type { Cli } from './cli.js';
import { type MachineFlags, withMachineOptions } from './machine-options.js';
import { choice, decimalNumber, type JsonOption, newCommand, parsed, wholeNumber } from './new-command.js';

export interface BenchMachineFlags extends JsonOption, MachineFlags {
  readonly normal: string;
  readonly abnormal?: ReadonlyMap<string, string>;
  readonly noise?: 'clack';
  readonly snr: readonly number[];
  readonly test: number;
  readonly components: number;
  readonly resamples: number;
  readonly out: string;
  readonly restart: boolean;
}

const ABOUT =
  'How well the residual of a network parts abnormal sound of a machine from normal sound, on your own recordings: ROC, AUC ' +
  'and partial AUC (up to a false positive rate of 0.1, standardised) of each category for single segments and means of 5 ' +
  'and 20, with bootstrap intervals over recordings and the number of independent windows; accuracy over n; histograms. ' +
  'Beside it the residual of principal components, a plain baseline. Normal recordings are parted by recording into those ' +
  'that train, that tell thresholds and that are judged. --noise clack adds a category for each --snr: the judged normal ' +
  'recordings with clacks mixed in, bursts of 40 ms every 0.3 to 0.9 s. A benchmark that was stopped goes on.';

export function benchMachineCommand(cli: Cli): Command {
  const command = newCommand(
    'machine',
    ABOUT,
    'bench machine --normal press/ --abnormal worn=press-worn/ --noise clack --snr 0,6,12 --out bench-out',
  )
    .requiredOption('--normal <dir>', 'directory of WAV, FLAC and Ogg Vorbis files of normal operation')
    .addOption(
      new Option(
        '--abnormal <name=dir>',
        'a category and the directory of its recordings; may be given again',
      ).argParser(category),
    )
    .addOption(choice('--noise <kind>', 'intermittent noise that is mixed into normal recordings', ['clack']))
    .addOption(
      parsed(
        '--snr <db,db>',
        'power of the recording over that of a clack while it lasts, a category each',
        decibels,
        '0,6,12',
      ),
    )
    .addOption(
      parsed(
        '--test <share>',
        'of the normal segments, whole recordings: they are judged',
        decimalNumber(...TRAINING_RANGES.share),
        '0.3',
      ),
    )
    .addOption(parsed('--components <n>', 'principal components of the baseline', wholeNumber(1, 4096), '64'))
    .addOption(parsed('--resamples <n>', 'of the bootstrap', wholeNumber(1, 1_000_000), '1000'))
    .requiredOption('--out <dir>', 'directory for table, picture and model')
    .option('--restart', 'begin anew after a benchmark that was interrupted', false);
  return withMachineOptions(command).action(async (flags: BenchMachineFlags) => {
    const { benchMachine } = await import('./bench-machine.js');
    const { json, text } = await benchMachine(cli, flags);
    if (flags.json) await cli.stdout.json(json);
    else await cli.stdout.write(text);
  });
}

/** Adds a NAME=DIR to those before. */
function category(text: string, before: ReadonlyMap<string, string> = new Map()): Map<string, string> {
  const at = text.indexOf('=');
  const [name, directory] = [text.slice(0, at).trim(), text.slice(at + 1)];
  if (at < 1 || name === '' || directory === '')
    throw new InvalidArgumentError('It must be a name and a directory, such as worn=press-worn/.');
  if (before.has(name)) throw new InvalidArgumentError(`There is a category ${name} already.`);
  return new Map([...before, [name, directory]]);
}

function decibels(text: string): number[] {
  return [...new Set(text.split(',').map(decimalNumber(-60, 60)))];
}
