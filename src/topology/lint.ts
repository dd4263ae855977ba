import type { Env } from './interpolate.js';
import { LintContext } from './lint-context.js';
import { lintImages } from './lint-images.js';
import { lintMachines } from './lint-machines.js';
import { lintSecrets } from './lint-secrets.js';
import { lintSignal } from './lint-signal.js';
import { lintSizes } from './lint-sizes.js';
import { lintTimes } from './lint-times.js';
import { lintTopics } from './lint-topics.js';
import { type ParsedTopology, parseTopology } from './parse-topology.js';
import { hasErrors, type Problem, sortProblems } from './problem.js';
import type { Topology } from './topology.js';

export interface LintReport {
  /** Null when there are errors. */
  readonly topology: Topology | null;
  /** Errors and warnings, in the order of the file. */
  readonly problems: readonly Problem[];
}

const CHECKS = [lintTopics, lintSizes, lintTimes, lintSignal, lintMachines, lintImages, lintSecrets];

/** Parses a topology and looks at how its parts fit together. `run` refuses what has errors here. */
export function lint(text: string, env: Env): LintReport {
  const parsed = parseTopology(text, env);
  if (!parsed.value) return { topology: null, problems: parsed.problems };
  const problems = sortProblems([...parsed.problems, ...lintParsed(parsed.value, parsed)]);
  return { topology: hasErrors(problems) ? null : parsed.value, problems };
}

function lintParsed(topology: Topology, parsed: ParsedTopology): readonly Problem[] {
  const context = new LintContext(topology, parsed);
  for (const check of CHECKS) check(context);
  return context.problems;
}
