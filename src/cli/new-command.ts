import { Command, InvalidArgumentError, Option } from 'commander';

/** The end of event time, as the rules of records have it; they are not loaded for a help text. */
const MAX_TIME_MS = Date.UTC(2200, 0, 1);

/** Every command that does something takes it. */
export interface JsonOption {
  readonly json: boolean;
}

const EXAMPLES = new WeakMap<Command, string>();

/** The example in a command's help; null for a command that only holds others. */
export function exampleOf(command: Command): string | null {
  return EXAMPLES.get(command) ?? null;
}

/**
 * A command that does something: it has `--json`, and an example in its help.
 * @param example the command line without `plantsense`
 */
export function newCommand(name: string, description: string, example: string): Command {
  const command = new Command(name)
    .summary(summaryOf(description))
    .description(description)
    .option('--json', 'print JSON, for programs', false)
    .addHelpText('after', `\nExample:\n  $ plantsense ${example}`);
  EXAMPLES.set(command, example);
  return command;
}

/** A command that only holds others. */
export function newGroup(name: string, description: string, commands: readonly Command[]): Command {
  const group = new Command(name).summary(summaryOf(description)).description(description);
  for (const command of commands) group.addCommand(command);
  return group;
}

/** For an option's text: a whole number in a range. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return text => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number ${range(min, max)}.`);
  };
}

/** For an option's text: whole numbers in a range, with commas between them. */
export function wholeNumbers(min: number, max: number): (text: string) => readonly number[] {
  const parse = wholeNumber(min, max);
  return text => text.split(',').map(parse);
}

/** For an option's text: a number in a range, both ends included. */
export function decimalNumber(min: number, max = Number.MAX_VALUE): (text: string) => number {
  return text => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a number ${range(min, max)}.`);
  };
}

/** For an option's text: a word that stands for `value`, or what `parse` makes of it. */
export function wordOr<W, T>(word: string, value: W, parse: (text: string) => T): (text: string) => W | T {
  return text => {
    if (text === word) return value;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      throw new InvalidArgumentError(error.message.replace('It must be ', `It must be ${word} or `));
    }
  };
}

/** For an option's text: a point in event time, ISO 8601, as microseconds since the epoch. */
export function timeUs(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (ms >= 0 && ms <= MAX_TIME_MS) return ms * 1000;
  throw new InvalidArgumentError('It must be a time such as 2026-03-01T08:30:00Z, from 1970 to 2199.');
}

/** An option that takes one of a few words. */
export function choice(flags: string, about: string, words: readonly string[], fallback?: string): Option {
  const option = new Option(flags, about).choices([...words]);
  return fallback === undefined ? option : option.default(fallback);
}

/** An option whose default is shown as it would be written. */
export function parsed<T>(
  flags: string,
  about: string,
  parse: (text: string) => T,
  fallback?: string,
): Option {
  const option = new Option(flags, about).argParser(parse);
  return fallback === undefined ? option : option.default(parse(fallback), fallback);
}

function range(min: number, max: number): string {
  if (min === Number.MIN_VALUE) return 'above 0';
  const open = max === Number.MAX_SAFE_INTEGER || max === Number.MAX_VALUE;
  return open ? `of ${min} or more` : `from ${min} to ${max}`;
}

/** What a list of commands says of each: the first sentence, or what stands before a colon. */
function summaryOf(description: string): string {
  return description.split(/[.:;](?:\s|$)/, 1)[0] ?? description;
}
