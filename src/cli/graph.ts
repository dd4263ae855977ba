import type { Command } from 'commander';
import type { Cli } from './cli.js';
import { choice, type JsonOption, newCommand } from './new-command.js';

interface Flags extends JsonOption {
  readonly format: 'text' | 'mermaid';
}

export function graphCommand(cli: Cli): Command {
  return newCommand(
    'graph',
    'Draw which stages read and write which topics.',
    'graph topologies/noise-clustering.yaml --format mermaid',
  )
    .argument('<topology>', 'topology file')
    .addOption(choice('--format <format>', 'for a terminal, or for Markdown', ['text', 'mermaid'], 'text'))
    .action(async (path: string, { format, json }: Flags) => {
      const { loadTopology } = await import('../topology/load.js');
      const { buildGraph } = await import('../topology/graph.js');
      const { drawMermaid, drawText } = await import('../topology/draw-graph.js');
      const graph = buildGraph((await loadTopology(path, cli.env)).topology);
      if (json)
        return cli.stdout.json({
          name: graph.name,
          stages: [...graph.stages.values()],
          topics: [...graph.topics.values()],
        });
      await cli.stdout.write(format === 'mermaid' ? drawMermaid(graph) : drawText(graph));
    });
}
