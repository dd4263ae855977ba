import { CommanderError } from 'commander';
import { PlantsenseError } from '../errors.js';
import type { Cli } from './cli.js';
import { EXIT, exitCodeOf, Interrupted } from './exit-code.js';
import { printError } from './print-error.js';
import { buildProgram } from './program.js';

/**
 * Runs a command line and prints its error, if any.
 * @param args without `node` and the script
 * @returns the exit code
 */
export async function runCli(args: readonly string[], cli: Cli): Promise<number> {
  try {
    await buildProgram(cli).parseAsync(args, { from: 'user' });
    return cli.exitCode;
  } catch (thrown) {
    // Help and version were printed by commander.
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.ok;
    // So was the help of a group that was called without a command.
    if (thrown instanceof CommanderError && thrown.code === 'commander.help') return EXIT.usage;
    const error = thrown instanceof CommanderError ? usageError(thrown) : thrown;
    if (!(error instanceof Interrupted)) await printError(cli, error, wantsJson(args));
    return exitCodeOf(error);
  }
}

/** commander's `error: unknown option '--hopp'\n(Did you mean --hop?)` as a sentence of ours. */
function usageError({ message }: CommanderError): PlantsenseError {
  const [what = '', hint = ''] = message.replace(/^error: /, '').split('\n');
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}`.replace(/[^.?!]$/, '$&.');
  const question = hint.replace(/^\((.*)\)$/, '$1');
  return new PlantsenseError('USAGE_INVALID', `${sentence} ${question}`.trimEnd());
}

/** Also when the command line is too wrong to be parsed. */
export function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}
