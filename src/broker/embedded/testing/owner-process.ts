import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { workerEntry } from '../../../entry.js';

/** A process of its own that owns a data directory, and can be killed. */
export class OwnerProcess {
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  /** Resolves when it serves. */
  static async start(dataDir: string): Promise<OwnerProcess> {
    const { path, execArgv } = workerEntry(import.meta.url, './owner-process.worker');
    const child = fork(path, [dataDir], { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const [ready] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
    if (ready !== 'ready') throw new Error(`The owner process ended with ${ready}.`);
    return new OwnerProcess(child);
  }

  async compact(topic: string): Promise<void> {
    this.child.send(topic);
    await once(this.child, 'message');
  }

  /** Ends it in order (SIGTERM) or at once (SIGKILL). */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill(signal);
    await once(this.child, 'exit');
  }
}
