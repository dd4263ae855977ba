import { spawn } from 'node:child_process';

export interface ProgramResult {
  readonly ok: boolean;
  /** What it wrote, and how it ended when that was not well. */
  readonly output: string;
}

/** Runs a program to its end. One that can't be started is a failure like another. */
export function runProgram(
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<ProgramResult> {
  return new Promise(resolve => {
    const program = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    program.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    program.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    program.once('error', error => resolve({ ok: false, output: error.message }));
    program.once('close', (code, signal) => {
      const end = code === 0 ? '' : `\n${signal ? `ended by ${signal}` : `exit status ${code}`}`;
      resolve({ ok: code === 0, output: `${output.trim()}${end}`.trim() });
    });
  });
}
