import type { Command } from 'commander';
import type { Cli } from './cli.js';
import { type JsonOption, newCommand } from './new-command.js';

interface Flags extends JsonOption {
  readonly in: string;
  readonly labels: string;
  readonly truth?: string;
}

export function metricsCommand(cli: Cli): Command {
  const about =
    'Indices of a clustering: silhouette, Calinski-Harabasz, Davies-Bouldin and entropy (bits); with known classes ' +
    'also ARI, NMI and ACC. What is not defined is null.';
  return newCommand('metrics', about, 'metrics --in latents.npy --labels labels.npy --truth classes.npy')
    .requiredOption('--in <file>', 'the array that was clustered (.npy), one row a sample')
    .requiredOption('--labels <file>', 'the cluster of each row (.npy, integers)')
    .option('--truth <file>', 'the known class of each row (.npy, integers)')
    .action(async (flags: Flags) => {
      const { readLabels, readMatrix } = await import('./read-array.js');
      const { clusteringIndices } = await import('../cluster/clustering-indices.js');
      const x = await readMatrix(flags.in);
      const labels = await readLabels(flags.labels, x.rows);
      const truth = flags.truth === undefined ? null : await readLabels(flags.truth, x.rows);
      const indices = clusteringIndices(x, labels, truth);
      if (flags.json) {
        await cli.stdout.json(indices);
        return;
      }
      const { formatTable } = await import('./table.js');
      const rows = Object.entries(indices).map(([name, value]) => [name, value?.toPrecision(6) ?? '-']);
      await cli.stdout.write(formatTable(['index', 'value'], rows));
    });
}
