import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { exampleOf } from './new-command.js';
import { Output } from './output.js';
import { buildProgram } from './program.js';
import { Kept, runInProcess } from './testing/run-in-process.js';

const program = buildProgram({
  stdout: new Output(new Kept()),
  stderr: new Output(new Kept()),
  env: {},
  signal: new AbortController().signal,
  exitCode: 0,
});

function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

describe('the command line', () => {
  it('has --json and an example in every command that does something', () => {
    for (const command of leavesOf(program)) {
      const name = command.name();
      expect([name, command.options.some(({ long }) => long === '--json')]).toEqual([name, true]);
      expect([name, exampleOf(command)]).toEqual([name, expect.any(String)]);
    }
  });

  it('gives examples that it understands', async () => {
    for (const command of leavesOf(program)) {
      // Quoted words are one; the commands themselves are not run: help comes before.
      const words = [...(exampleOf(command) ?? '').matchAll(/"([^"]*)"|(\S+)/g)].map(
        match => match[1] ?? match[2]!,
      );
      const parsed = await runInProcess([...words, '--help']);
      expect([words.join(' '), parsed.code, parsed.stderr]).toEqual([words.join(' '), 0, '']);
      expect(parsed.stdout).toContain(exampleOf(command));
    }
  });

  it('prints help and version on standard output', async () => {
    const help = await runInProcess(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Exit codes:');
    expect(await runInProcess(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+/),
    });
  });

  it('prints help on standard error and exits with 2 when a command is missing', async () => {
    const ended = await runInProcess(['topics']);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('apply');
  });

  it.each([
    [['featurs'], "Unknown command 'featurs'. Did you mean features?"],
    [['dead-letter', 'lst'], "Unknown command 'lst'. Did you mean list?"],
    [
      ['features', 'logmel', 'a.wav', '--out', 'b.npy', '--hopp', '512'],
      "Unknown option '--hopp'. Did you mean --hop?",
    ],
    [['features', 'logmel', 'a.wav'], "Required option '-o, --out <file>' not specified."],
    [
      ['features', 'logmel', 'a.wav', '--out', 'b.npy', '--top-db', 'x'],
      'It must be none or a number of 0 or more.',
    ],
    [['graph', 'a.yaml', '--format', 'svg'], 'Allowed choices are text, mermaid.'],
    [
      ['send', 'audio', 'a.wav', '--sensor', 'm', '--start-time', 'noon'],
      'It must be a time such as 2026-03-01T08:30:00Z, from 1970 to 2199.',
    ],
  ])('says what is wrong with %j', async (args, message) => {
    const ended = await runInProcess(args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('USAGE_INVALID: ');
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).toContain('\nCorrect the command line');
  });
});

describe('starting', () => {
  it('loads nothing heavy for help: commands import what they need when they run', () => {
    const loaded = staticImports(new URL('./main.ts', import.meta.url));
    const outside = [...loaded].filter(path => !path.includes('/src/cli/') && !path.startsWith('node:'));
    expect(outside.map(path => path.replace(/.*\/src\//, '')).sort()).toEqual([
      // Words only.
      'cluster/grouping/grouping-algorithm.ts',
      'cluster/grouping/grouping-rule.ts',
      'commander',
      'errors.ts',
      // Numbers only.
      'lifecycle/training-ranges.ts',
      'telemetry/secret.ts',
      // Words and numbers.
      'vision/encoders/preprocessing.ts',
      'vision/encoders/tile-pooling.ts',
    ]);
  });
});

/** The modules that a module imports before it runs, and they in turn. Types are not imported. */
function staticImports(start: URL): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (module: URL) => {
    const path = fileURLToPath(module);
    if (seen.has(path)) return;
    seen.add(path);
    const text = readFileSync(path, 'utf8');
    for (const [, specifier = ''] of text.matchAll(/^(?:import|export)(?! type\b)[^;]*? from '([^']+)';/gm)) {
      if (specifier.startsWith('.')) visit(new URL(specifier.replace(/\.js$/, '.ts'), module));
      else seen.add(specifier);
    }
  };
  visit(start);
  return seen;
}
