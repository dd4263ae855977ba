import { type Command, Option } from 'commander';
import { GROUPING_ALGORITHMS } from '../cluster/grouping/grouping-algorithm.js';
import { NAMED_RULES } from '../cluster/grouping/grouping-rule.js';
import type { Cli } from './cli.js';
import { algorithmList, cellName, type GroupFlags, rangeOfGroups, splitDecision } from './group-options.js';
import { withEncoderOptions } from './image-encoder-options.js';
import { choice, decimalNumber, newCommand, parsed, wholeNumber } from './new-command.js';

const ABOUT = `Group images by what an encoder makes of them: five algorithms with each number of groups, the best of these cells by a rule, and the same again inside groups. It writes a page to read first (index.html), curves of the figures, a map, a sheet of thumbnails for each group, and tables.

It takes images or directories of them with --encoder, or features from a .npy file. Near-labels are what is known before, such as the folders that images are sorted into: they judge groups, and suggest which to split.

The usual way: group, look at the page, then give the same command with --choose (another cell) and --split (groups inside a group). Cells that are computed are kept in --out, so only what is new takes time, and a grouping that was interrupted goes on.`;

export function groupCommand(cli: Cli): Command {
  const command = newCommand(
    'group',
    ABOUT,
    'group strip-images/ --encoder texture --near-labels folders --k 2..20 --depth 2 --out groups',
  )
    .argument(
      '<in...>',
      'JPEG, PNG, TIFF or BMP files or directories of them; or one .npy file, [images, features]',
    )
    .requiredOption(
      '-o, --out <dir>',
      'directory for the results, which goes on with what it has of the same features',
    )
    .addOption(parsed('--k <range>', 'numbers of groups to try', rangeOfGroups, '2..50'))
    .addOption(
      parsed(
        '--algorithms <list>',
        'of kmeans, agglomerative (ward), minibatch-kmeans, spectral, gmm',
        algorithmList,
        GROUPING_ALGORITHMS.join(','),
      ),
    )
    .addOption(
      parsed('--pca <n>', 'principal components to keep (default: all, which is a rotation)', wholeNumber(1)),
    )
    .addOption(
      parsed(
        '--gamma <number>',
        'spectral clustering by a Gaussian kernel with this gamma, in place of nearest neighbours; 1, as in the paper, makes one giant group of features of networks',
        decimalNumber(Number.MIN_VALUE),
      ),
    )
    .option(
      '--near-labels <what>',
      'folders: the folder of each image; or a CSV file with columns path (or row) and near_label; or a .npy file of integers',
    )
    .option('--names <file>', 'of a .npy file, which image is in which row, as encode --names writes it')
    .addOption(
      choice(
        '--rule <name>',
        'how a cell is chosen: pareto (no other has lower entropy and higher Silhouette; of these the most stable, of equally stable ones that with the highest Silhouette), min-max (as in the paper; likes one giant group), c-score (adjusted for chance), convergence (as in the paper; likes many groups)',
        NAMED_RULES,
        'pareto',
      ),
    )
    .addOption(
      choice(
        '--sub-rule <name>',
        'the same below the first level (default: c-score where near-labels are mixed, else as --rule)',
        NAMED_RULES,
      ),
    )
    .addOption(
      parsed(
        '--min-group-share <share>',
        'of pareto: cells whose smallest group has less than this share of the mean size are left out',
        decimalNumber(0, 1),
        '0.1',
      ),
    )
    .addOption(parsed('--choose <cell>', 'take this cell instead, such as gmm:5', cellName))
    .addOption(
      parsed(
        '--depth <n>',
        'levels of groups: below the first, groups that look like several are split',
        wholeNumber(1, 10),
        '1',
      ),
    )
    .addOption(parsed('--min-split-rows <n>', 'groups of fewer images stay whole', wholeNumber(3), '20'))
    .addOption(
      new Option(
        '--split <group=how>',
        'what becomes of a group: 2=spectral:48, 2/25=auto, 3=none; may be given again',
      ).argParser(splitDecision),
    )
    .addOption(parsed('--seed <n>', 'the same seed gives the same groups', wholeNumber(0), '0'))
    .addOption(parsed('--thumbnails <n>', 'on a sheet at most; 0 for no sheets', wholeNumber(0, 1000), '36'))
    .option('--restart', 'forget what --out has kept', false);
  return withEncoderOptions(command).action(async (inputs: string[], flags: GroupFlags) => {
    const { group } = await import('./group-run.js');
    await group(cli, inputs, flags);
  });
}
