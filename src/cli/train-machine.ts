import { type Command, Option } from 'commander';
import type { Cli } from './cli.js';
import { type BrokerFlags, withBrokerOptions } from './connection.js';
import { type MachineFlags, withMachineOptions } from './machine-options.js';
import { decimalNumber, type JsonOption, newCommand, parsed, timeUs, wholeNumber } from './new-command.js';

export interface TrainMachineFlags extends JsonOption, BrokerFlags, MachineFlags {
  readonly topic?: string;
  readonly sensor?: string;
  readonly windowHours?: number;
  readonly maxSegments?: number;
  readonly abnormal?: readonly string[];
  readonly from?: string;
  readonly continue: boolean;
  readonly out?: string;
  readonly restart: boolean;
  readonly modelsTopic?: string;
  readonly activeFrom?: number;
  readonly announce: boolean;
}

const ABOUT = `Learn the normal sound of a machine: a network that reconstructs segments of its spectrogram, and what residual is too large, for single segments (sudden faults) and means of 20 (ageing). Thresholds are told by sound that the network has not heard; with --abnormal the report has what share of that they find, and --rule sensitivity chooses them by it. It learns from recordings, two at least, or from the last hours of a topic of segments; there what is not given is as in the topology's learning stage, or that stage's defaults. The model is kept as a new version and announced, so that running topologies switch to it, or written to a directory (--out).

The small network takes about a second of processor time for each of its 2,000 steps, the tiny one half of that. A training that is interrupted goes on when the same command is given again.`;

export function trainMachineCommand(cli: Cli): Command {
  const command = newCommand('machine', ABOUT, 'train machine press-7/ --width small --out models/press-7')
    .argument(
      '[source...]',
      'WAV, FLAC or Ogg Vorbis files of normal operation, directories of them, or one topic of segments (default: the topic)',
    )
    .option('--topic <topic>', 'topic of segments to learn from (default: features.machine)')
    .option(
      '--sensor <id>',
      'the machine: of a topic its segments only, and the model is announced for it; without it, for all that have none of their own',
    )
    .addOption(
      parsed(
        '--window-hours <hours>',
        "how far back from the topic's newest segment (default: 6)",
        decimalNumber(0.01),
      ),
    )
    .addOption(
      parsed(
        '--max-segments <n>',
        'of a topic to learn at most; of more a sample (default: 2,000)',
        wholeNumber(2),
      ),
    )
    .addOption(
      new Option(
        '--abnormal <path>',
        'recording of something abnormal, or a directory of them; may be given again. The network is not trained with it.',
      ).argParser((path: string, before: readonly string[] = []) => [...before, path]),
    )
    .option('--from <dir>', 'go on from this model, as for a machine that ages')
    .option('--continue', 'go on from the model that is in force for the machine', false)
    .option('--out <dir>', 'write the model there, instead of keeping and announcing it')
    .option('--restart', 'begin anew after a training that was interrupted', false)
    .option('--models-topic <topic>', 'where to announce it (default: models)')
    .addOption(
      parsed(
        '--active-from <time>',
        "event time from which it is used, ISO 8601; without it the topic's newest segment, or now where it learns from recordings. A first model of recordings is used for all segments.",
        timeUs,
      ),
    )
    .option('--no-announce', 'keep it, and tell nobody');
  return withBrokerOptions(withMachineOptions(command)).action(
    async (sources: string[], flags: TrainMachineFlags) => {
      const { trainMachineModel } = await import('./train-machine-model.js');
      const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
      await trainMachineModel(cli, sources, flags, isGiven);
    },
  );
}
