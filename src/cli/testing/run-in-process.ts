import { Writable } from 'node:stream';
import type { Cli } from '../cli.js';
import { Output } from '../output.js';
import { runCli } from '../run-cli.js';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A stream that keeps what is written. */
export class Kept extends Writable {
  readonly isTTY: boolean;
  text = '';

  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** A command line in this process: as quick as a function call. What needs signals and pipes is in `test/cli`. */
export async function runInProcess(
  args: readonly string[],
  options: { readonly env?: Cli['env']; readonly signal?: AbortSignal } = {},
): Promise<Ended> {
  const [stdout, stderr] = [new Kept(), new Kept()];
  const code = await runCli(args, {
    stdout: new Output(stdout),
    stderr: new Output(stderr),
    env: options.env ?? {},
    signal: options.signal ?? new AbortController().signal,
    exitCode: 0,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
