import type { Argument, Command, Option } from 'commander';
import type { Cli } from './cli.js';
import { exampleOf } from './new-command.js';
import { buildProgram } from './program.js';

/** `docs/reference/cli.md`, from the commands themselves. */
export function renderCliPage(cli: Cli): string {
  const commands = leavesOf(buildProgram(cli), []);
  return `# Command line

Generated from \`src/cli/\`; a test fails when the two differ.

- \`plantsense COMMAND --help\` shows what a command takes, with an example. A mistyped command or option is answered with
  the one that was probably meant.
- Standard output holds the answer and nothing else: one JSON document with \`--json\`, or a line of JSON for each record
  where there may be many (\`tap\`, \`dead-letter list\`, \`db query\`). Logs, progress and errors go to standard error.
- An error is printed as \`CODE: what happened\`, and what to do on the next line; with \`--json\` as
  \`{"error":{"code","message","action","class"}}\` on one line. Codes are in [errors.md](errors.md), help with them in
  [troubleshooting.md](../troubleshooting.md). \`PLANTSENSE_DEBUG=1\` adds the stack and debug logs.
- The first Ctrl-C (or SIGTERM) lets a command finish what it has begun; the second stops it at once. Nothing is lost
  either way.
- Embedded broker and store live in a data directory: \`--data-dir\`, else \`PLANTSENSE_DATA_DIR\`, else \`.plantsense\`.
  While a topology runs there, the other commands reach it through the process that runs it.
- \`CLICKHOUSE_URL\`, \`CLICKHOUSE_USER\`, \`CLICKHOUSE_PASSWORD\` and \`CLICKHOUSE_DATABASE\` replace what a topology says of
  the store. TLS and passwords for Kafka are taken from a topology (\`--topology\`). Passwords are never printed.

| exit code | meaning |
|---|---|
| 0 | Done. Also when a command without an end of its own (\`run\`, \`tap\`, \`demo\`) was stopped, or nobody reads its output any more. |
| 1 | A check found something, or the input will never work: errors of the class \`terminal\`. |
| 2 | The command line is wrong: \`USAGE_INVALID\`, \`PARAMETER_INVALID\`. |
| 3 | It can't go on, or something that it needs does not answer: errors of the classes \`fatal\` and \`retryable\`. |
| 130, 143 | Stopped by Ctrl-C, by SIGTERM, before the end. |

${commands.map(renderCommand).join('\n')}`;
}

interface Leaf {
  readonly path: readonly string[];
  readonly command: Command;
}

/** Commands that do something, in the order of the help. */
function leavesOf(command: Command, path: readonly string[]): readonly Leaf[] {
  const own = [...path, command.name()];
  if (command.commands.length === 0) return [{ path: own, command }];
  return command.commands.flatMap(child => leavesOf(child, own));
}

function renderCommand({ path, command }: Leaf): string {
  const name = path.join(' ');
  const example = exampleOf(command);
  return [
    `## \`${name}\`\n`,
    `${command.description()}\n`,
    `\`\`\`sh\n${name} ${command.usage()}${example ? `\n\n# for example\nplantsense ${example}` : ''}\n\`\`\`\n`,
    ...table('argument', command.registeredArguments.map(argumentRow)),
    ...table('option', command.options.map(optionRow)),
  ].join('\n');
}

function table(what: string, rows: readonly string[]): readonly string[] {
  return rows.length === 0 ? [] : [`| ${what} | meaning | default |\n|---|---|---|\n${rows.join('\n')}\n`];
}

function argumentRow(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}…` : argument.name();
  return row(name, argument.description, argument.required ? 'required' : '');
}

function optionRow({
  flags,
  description,
  mandatory,
  defaultValue,
  defaultValueDescription,
  argChoices,
}: Option) {
  const about = argChoices
    ? `${description}: ${argChoices.map(word => `\`${word}\``).join(', ')}`
    : description;
  // Flags are off, and `--no-…` on, without saying.
  const isFlag = typeof defaultValue === 'boolean';
  const shown = defaultValueDescription ?? (isFlag ? undefined : defaultValue);
  return row(flags, about, mandatory ? 'required' : shown === undefined ? '' : `\`${String(shown)}\``);
}

function row(name: string, about: string, fallback: string): string {
  return `| \`${name}\` | ${about.replaceAll('|', '\\|')} | ${fallback} |`;
}
