import type { Env } from '../topology/interpolate.js';
import type { Output } from './output.js';

/** What a command has of the process around it. Tests give it another one. */
export interface Cli {
  /** For the answer, and nothing else: it may be piped into the next command. */
  readonly stdout: Output;
  /** For people: progress, logs, errors. */
  readonly stderr: Output;
  readonly env: Env;
  /**
   * Aborts at the first Ctrl-C or SIGTERM, with an `Interrupted` as its reason. A command without an end of its own
   * stops then, and has done what it was asked; one with an end throws the reason.
   */
  readonly signal: AbortSignal;
  /** What the process returns unless an error is thrown. */
  exitCode: number;
}
