import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../src/broker/conformance/eventually.js';

export interface MemberProcessOptions {
  readonly brokers: string;
  readonly group: string;
  readonly topic: string;
  readonly memberName?: string;
  readonly sessionTimeoutMs: number;
}

/** A running `member-process.ts`. */
export class MemberProcess {
  readonly said: string[] = [];
  readonly #child: ChildProcess;

  constructor(options: MemberProcessOptions) {
    const { brokers, group, topic, memberName = '', sessionTimeoutMs } = options;
    const script = fileURLToPath(new URL('member-process.ts', import.meta.url));
    this.#child = spawn(
      process.execPath,
      ['--import', 'tsx', script, brokers, group, topic, memberName, String(sessionTimeoutMs)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    createInterface({ input: this.#child.stdout! }).on('line', line => this.said.push(line));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  says(what: string | RegExp): Promise<void> {
    return eventually(`process ${this.pid} says ${what}; it said ${this.said.join(' | ')}`, () =>
      this.said.some(line => (typeof what === 'string' ? line === what : what.test(line))),
    );
  }
}
