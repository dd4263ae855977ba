import type { Command } from 'commander';
import type { Cli } from './cli.js';
import { EXIT } from './exit-code.js';
import { type JsonOption, newCommand } from './new-command.js';

export function testCommand(cli: Cli): Command {
  return newCommand(
    'test',
    'Run tests written in YAML: what a microphone hears, and the events that must come of it. Exits with 1 when one fails.',
    'test topologies/tests/noise-clustering.test.yaml',
  )
    .argument('<file...>', 'files of tests')
    .action(async (paths: string[], { json }: JsonOption) => {
      const { runYamlTests } = await import('../topology/run-yaml-test.js');
      const files = [];
      let failed = 0;
      let passed = 0;
      for (const file of paths) {
        const tests = [];
        if (!json) await cli.stdout.line(file);
        for await (const result of runYamlTests(file, cli.env)) {
          cli.signal.throwIfAborted();
          tests.push(result);
          if (result.ok) passed += 1;
          else failed += 1;
          if (json) continue;
          await cli.stdout.line(`  ${result.ok ? '✓' : '✗'} ${result.name}`);
          for (const failure of result.failures) await cli.stdout.line(`      ${failure}`);
        }
        files.push({ file, tests });
      }
      if (failed > 0) cli.exitCode = EXIT.failed;
      if (json) await cli.stdout.json({ ok: failed === 0, passed, failed, files });
      else await cli.stdout.line(`${passed} passed, ${failed} failed`);
    });
}
