import type { Command } from 'commander';
import type { Cli } from './cli.js';
import { EXIT } from './exit-code.js';
import { type JsonOption, newCommand } from './new-command.js';

export function lintCommand(cli: Cli): Command {
  return newCommand(
    'lint',
    'Find all that is wrong in topology files, line by line. Exits with 1 when there are errors.',
    'lint topologies/noise-clustering.yaml',
  )
    .argument('<topology...>', 'topology files')
    .action(async (paths: string[], { json }: JsonOption) => {
      const { lint } = await import('../topology/lint.js');
      const { readText } = await import('../topology/load.js');
      const { formatProblem, hasErrors } = await import('../topology/problem.js');
      const files = [];
      for (const file of paths) {
        const { problems } = lint(await readText(file), cli.env);
        files.push({ file, ok: !hasErrors(problems), problems });
      }
      if (files.some(({ ok }) => !ok)) cli.exitCode = EXIT.failed;
      if (json) return cli.stdout.json({ ok: cli.exitCode === EXIT.ok, files });
      for (const { file, problems } of files) {
        for (const problem of problems) await cli.stdout.line(formatProblem(file, problem));
        if (problems.length === 0) await cli.stdout.line(`${file}: ok`);
      }
    });
}
