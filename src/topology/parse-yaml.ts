import type { z } from 'zod';
import { Explainer } from './explain.js';
import type { Env } from './interpolate.js';
import type { JsonSchema } from './json-schema.js';
import { hasErrors, type Problem, sortProblems } from './problem.js';
import { resolveReferences } from './resolve-references.js';
import { YamlSource } from './yaml-source.js';

export interface ParsedYaml<T> {
  /** Null when there are errors. */
  readonly value: T | null;
  readonly source: YamlSource;
  /** Paths whose text held references to environment variables. */
  readonly templates: ReadonlyMap<string, string>;
  /** All that is wrong, in the order of the file. */
  readonly problems: readonly Problem[];
}

/**
 * Parses a YAML file with environment variables against a schema, and finds all problems at once.
 * @param inputs what the file may hold, as JSON Schema made from `schema`
 */
export function parseYaml<T>(
  text: string,
  env: Env,
  schema: z.ZodType<T>,
  inputs: JsonSchema,
): ParsedYaml<T> {
  const source = new YamlSource(text, env);
  if (source.problems.some(({ rule }) => rule === 'yaml-syntax'))
    return { value: null, source, templates: new Map(), problems: sortProblems(source.problems) };
  const resolved = resolveReferences(source.value, inputs);
  const result = schema.safeParse(resolved.value);
  const explainer = new Explainer(inputs, resolved, source);
  const issues = result.error?.issues ?? [];
  const problems = sortProblems([...source.problems, ...issues.flatMap(issue => explainer.explain(issue))]);
  return {
    value: result.success && !hasErrors(problems) ? result.data : null,
    source,
    templates: resolved.templates,
    problems,
  };
}
