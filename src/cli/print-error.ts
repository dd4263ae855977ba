import { toPlantsenseError } from '../errors.js';
import { maskUrlPasswords } from '../telemetry/secret.js';
import type { Cli } from './cli.js';

/**
 * Prints what happened and, on the next line, what to do; with `json` the same as one line of JSON. A stack is for whoever
 * looks for a mistake in the code: `PLANTSENSE_DEBUG=1`.
 */
export async function printError({ stderr, env }: Cli, thrown: unknown, json: boolean): Promise<void> {
  const error = toPlantsenseError(thrown);
  const { code, action, class: errorClass } = error;
  const message = maskUrlPasswords(error.message.trimEnd());
  if (json) await stderr.jsonLine({ error: { code, message, action, class: errorClass } });
  else await stderr.write(`${code}: ${message}\n${action}\n`);
  if (env.PLANTSENSE_DEBUG === '1') await stderr.line(maskUrlPasswords(stacks(error)));
}

/** The stack of an error and of what caused it. */
function stacks(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\nCaused by: ${stacks(error.cause)}`;
}
