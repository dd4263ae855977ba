import type { Command } from 'commander';
import { NAMED_RULES, type NamedRule } from '../cluster/grouping/grouping-rule.js';
import type { Cli } from './cli.js';
import { type BrokerFlags, withBrokerOptions } from './connection.js';
import { choice, decimalNumber, type JsonOption, newCommand, parsed, wholeNumber } from './new-command.js';

export interface TrainImagesFlags extends JsonOption, BrokerFlags {
  readonly encoder?: string;
  readonly windowHours?: number;
  readonly maxImages?: number;
  readonly rule?: NamedRule;
  readonly minGroups?: number;
  readonly maxGroups?: number;
  readonly depth?: number;
  readonly seed?: number;
  readonly out: string;
}

const ABOUT = `Learn groups of images, and write a model of them to a directory; \`models promote\` puts it into use. It learns from the last hours of a topic of features, with what people have said of its images, and its groups keep the ids of the model that is in use; or from features in a file, which \`encode\` writes. What is not given is as in the topology's learning stage, or that stage's defaults.`;

export function trainImagesCommand(cli: Cli): Command {
  const command = newCommand('images', ABOUT, 'train images features.image --depth 2 --out models/steel')
    .argument('[source]', 'a topic of features (default: features.image), or a .npy file of them')
    .option('--encoder <id>', 'what made the features of a file: `encode` tells it')
    .addOption(
      parsed(
        '--window-hours <hours>',
        "how far back from the topic's newest image (default: 168)",
        decimalNumber(0.01),
      ),
    )
    .addOption(
      parsed('--max-images <n>', 'of more images a sample (default: 2,000)', wholeNumber(20, 100_000)),
    )
    .addOption(
      choice('--rule <rule>', 'how algorithm and number of groups are chosen (default: pareto)', NAMED_RULES),
    )
    .addOption(parsed('--min-groups <n>', 'the fewest groups of a level (default: 2)', wholeNumber(2, 1000)))
    .addOption(parsed('--max-groups <n>', 'the most groups of a level (default: 20)', wholeNumber(2, 1000)))
    .addOption(parsed('--depth <n>', 'levels of groups (default: 2)', wholeNumber(1, 16)))
    .addOption(parsed('--seed <n>', 'of the random numbers (default: 1)', wholeNumber(0, 2 ** 32 - 1)))
    .requiredOption('--out <dir>', 'write the model there');
  return withBrokerOptions(command).action(async (source: string | undefined, flags: TrainImagesFlags) => {
    const { trainImages } = await import('./train-images-job.js');
    await trainImages(cli, source, flags);
  });
}
