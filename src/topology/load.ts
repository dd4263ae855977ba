import { readFile } from 'node:fs/promises';
import { PlantsenseError } from '../errors.js';
import type { Env } from './interpolate.js';
import { lint } from './lint.js';
import { formatProblem, hasErrors, type Problem } from './problem.js';
import type { Topology } from './topology.js';

export interface LoadedTopology {
  readonly topology: Topology;
  readonly warnings: readonly Problem[];
}

/**
 * Reads and checks a topology file.
 * @throws PlantsenseError FILE_NOT_FOUND; TOPOLOGY_INVALID with every problem on a line of its own
 */
export async function loadTopology(path: string, env: Env): Promise<LoadedTopology> {
  const { topology, problems } = lint(await readText(path), env);
  if (!topology) throw invalid(path, problems);
  return { topology, warnings: problems };
}

/** The text of a file. @throws PlantsenseError FILE_NOT_FOUND */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new PlantsenseError('FILE_NOT_FOUND', `Can't read ${path}.`, { cause });
  }
}

/** The error for a file with problems. */
export function invalid(path: string, problems: readonly Problem[]): PlantsenseError {
  const lines = problems.map(problem => formatProblem(path, problem));
  const errors = problems.filter(problem => hasErrors([problem])).length;
  const count = errors === 1 ? 'an error' : `${errors} errors`;
  return new PlantsenseError('TOPOLOGY_INVALID', `${path} has ${count}:\n${lines.join('\n')}\n`);
}
