import { type Command, Option } from 'commander';
import type { Cli } from './cli.js';
import { type MachineFlags, withMachineOptions } from './machine-options.js';
import { type JsonOption, newCommand } from './new-command.js';

export interface TrainMachineFlags extends JsonOption, MachineFlags {
  readonly out: string;
  readonly abnormal?: readonly string[];
  readonly from?: string;
  readonly restart: boolean;
}

const ABOUT = `Learn the normal sound of a machine from recordings of it: a network that reconstructs segments of their spectrograms, and what residual is too large, for single segments (sudden faults) and means of 20 (ageing). Thresholds are told by recordings that the network has not heard, so there must be two at least; with --abnormal the report has what share of those they find, and --rule sensitivity chooses them by it.

The small network takes about a second of processor time for each of its 2,000 steps; fewer than some 500 give a model that scores badly. A training that is interrupted goes on when the same command is given again.`;

export function trainMachineCommand(cli: Cli): Command {
  const command = newCommand('machine', ABOUT, 'train machine press-7/ --width small --out models/press-7')
    .argument('<source...>', 'WAV, FLAC or Ogg Vorbis files, or directories of them, of normal operation')
    .requiredOption('--out <dir>', 'write the model there')
    .addOption(
      new Option(
        '--abnormal <path>',
        'recording of something abnormal, or a directory of them; may be given again. The network is not trained with it.',
      ).argParser((path: string, before: readonly string[] = []) => [...before, path]),
    )
    .option('--from <dir>', 'go on from this model, as for a machine that ages')
    .option('--restart', 'begin anew after a training that was interrupted', false);
  return withMachineOptions(command).action(async (sources: string[], flags: TrainMachineFlags) => {
    const { trainMachineModel } = await import('./train-machine-model.js');
    await trainMachineModel(cli, sources, flags);
  });
}
