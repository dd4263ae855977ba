import { type PlantsenseError, toPlantsenseError } from '../errors.js';

/** What the command line's exit codes mean; `docs/reference/cli.md` lists them. */
export const EXIT = {
  /** Done, or stopped by whom it is meant to be stopped. */
  ok: 0,
  /** A check found something, or the input will never work: an error of the class terminal. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** It can't go on: an error of the class fatal, or something needed that does not answer. */
  unavailable: 3,
  /** Stopped by Ctrl-C before the end. */
  interrupted: 130,
  /** Stopped by SIGTERM before the end. */
  terminated: 143,
} as const;

/** Errors of the catalogue that a person makes at the prompt. */
const USAGE_CODES: ReadonlySet<string> = new Set(['USAGE_INVALID', 'PARAMETER_INVALID']);

export function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof Interrupted) return thrown.exitCode;
  const error: PlantsenseError = toPlantsenseError(thrown);
  if (USAGE_CODES.has(error.code)) return EXIT.usage;
  return error.class === 'terminal' ? EXIT.failed : EXIT.unavailable;
}

/** Why a command's signal aborted: a person or the system ended it, or nobody reads what it prints any more. */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(by: 'SIGINT' | 'SIGTERM' | 'EPIPE') {
    super(by === 'EPIPE' ? 'Nobody reads the output any more.' : `Stopped by ${by}.`);
    this.name = 'Interrupted';
    this.exitCode = by === 'SIGINT' ? EXIT.interrupted : by === 'SIGTERM' ? EXIT.terminated : EXIT.ok;
  }
}
