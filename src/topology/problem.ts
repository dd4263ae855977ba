import type { Path } from './json-schema.js';
import { RULES, type RuleName } from './rules.js';

/** Where something stands in a file, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a file, or looks so. */
export interface Problem extends Place {
  readonly rule: RuleName;
  readonly severity: 'error' | 'warning';
  /** `stages.listen.grid_secs` */
  readonly path: string;
  /** What is the matter, in a sentence. */
  readonly message: string;
  /** What would be right, as far as that can be told. */
  readonly suggestion: string | null;
}

export function problem(
  rule: RuleName,
  place: Place,
  path: Path,
  message: string,
  suggestion: string | null = null,
): Problem {
  const { line, column } = place;
  return { rule, severity: RULES[rule].severity, line, column, path: formatPath(path), message, suggestion };
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** In the order of the file. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** `file:line:column: error: message suggestion [rule]`, which editors and terminals turn into links. */
export function formatProblem(
  file: string,
  { line, column, severity, message, suggestion, rule }: Problem,
): string {
  return `${file}:${line}:${column}: ${severity}: ${suggestion ? `${message} ${suggestion}` : message} [${rule}]`;
}

/** `topics["audio.raw"].partitions` */
export function formatPath(path: Path): string {
  return path
    .map((key, i) => {
      if (typeof key === 'number') return `[${key}]`;
      if (!/^[\w*-]+$/.test(key)) return `[${JSON.stringify(key)}]`;
      return i === 0 ? key : `.${key}`;
    })
    .join('');
}
