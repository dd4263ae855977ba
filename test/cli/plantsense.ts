import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND = [process.execPath, '--import', 'tsx', 'src/cli/main.ts'] as const;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  /** Resolves when standard output or error holds the pattern; rejects when the process ends before. */
  until(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** Starts the command line as a process of its own, the leader of its group as in a shell. */
export function start(...args: readonly string[]): Started {
  const [node, ...script] = COMMAND;
  const process = spawn(node, [...script, ...args], {
    cwd: ROOT,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    process[name].setEncoding('utf8').on('data', (part: string) => {
      text[name] += part;
      process.emit('text');
    });
  const ended = once(process, 'close').then(([code]) => ({ code: code as number | null, ...text }));
  const until = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (pattern.test(text.stdout) || pattern.test(text.stderr)) resolve();
      };
      process.on('text', look);
      void ended.then(end => reject(new Error(`It ended without ${pattern}: ${JSON.stringify(end)}`)));
      look();
    });
  return { process, until, ended };
}

/** Runs the command line to its end. */
export function plantsense(...args: readonly string[]): Promise<Ended> {
  return start(...args).ended;
}

/** Runs it in a shell, with `$plantsense` for the command; the code is that of plantsense, whatever it is piped into. */
export async function shell(script: string): Promise<Ended> {
  const process = spawn('bash', ['-c', `${script}\nexit "\${PIPESTATUS[0]}"`], {
    cwd: ROOT,
    env: { ...environment(), plantsense: COMMAND.join(' ') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    process[name].setEncoding('utf8').on('data', (part: string) => {
      text[name] += part;
    });
  const [code] = await once(process, 'close');
  return { code, ...text };
}

/** Without what a person has set for a Plantsense or a ClickHouse of theirs. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(PLANTSENSE|CLICKHOUSE)_/.test(name));
  return Object.fromEntries(own);
}
