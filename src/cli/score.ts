import type { Command } from 'commander';
import type { Cli } from './cli.js';
import { decimalNumber, type JsonOption, newCommand, newGroup, parsed } from './new-command.js';

export interface ScoreMachineFlags extends JsonOption {
  readonly model: string;
  readonly offBelowDb?: number;
}

export function scoreCommand(cli: Cli): Command {
  return newGroup('score', 'Judge recordings by a model.', [machineCommand(cli)]);
}

const ABOUT =
  'How far a machine is from its normal sound, segment by segment: the residual, its mean over the last segments, and what ' +
  'each threshold of the model says. Each file is heard by itself, from time 0. With --json a line for each segment, which ' +
  'also has the residual of each frequency band.';

function machineCommand(cli: Cli): Command {
  return newCommand('machine', ABOUT, 'score machine press-7/today.wav --model models/press-7')
    .argument('<file...>', 'WAV, FLAC or Ogg Vorbis files, or directories of them')
    .requiredOption('--model <dir>', 'directory of a model of `train machine`')
    .addOption(
      parsed(
        '--off-below-db <dbfs>',
        'a quieter segment is one of a machine that is off (default: only digital silence is)',
        decimalNumber(-200, 0),
      ),
    )
    .action(async (inputs: string[], flags: ScoreMachineFlags) => {
      const { scoreMachine } = await import('./score-machine.js');
      await scoreMachine(cli, inputs, flags);
    });
}
