import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { workerEntry } from '../../entry.js';
import { PlantsenseError } from '../../errors.js';
import type { Credentials } from './authentication.js';
import type { ChildMessage, OwnerMessage, StoreLogLevel } from './protocol.js';

export interface SupervisorOptions {
  /** Made if it is not there. One process at a time may have it open. */
  readonly directory: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free one, and the same one after a restart of the child. */
  readonly port?: number;
  readonly credentials: Credentials;
  /** Largest body of a request. Default 64 MiB. */
  readonly maxBodyBytes?: number;
  readonly log?: (level: StoreLogLevel, message: string) => void;
  /** First wait before a crashed child is started again; doubles up to 5 s. Default 100. */
  readonly restartAfterMs?: number;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const RESTART_AFTER_MS = 100;
const MAX_RESTART_AFTER_MS = 5_000;
/** A child that lived so long did not crash because it was started. */
const HEALTHY_AFTER_MS = 30_000;
/** A clean stop waits for running statements, up to this. */
const STOP_MS = 10_000;
/** Each statement thread may keep one of libuv's threads busy; some are for files, names and compression. */
const LIBUV_THREADS = '12';

/** Keeps a child process running that serves a directory. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #child: ChildProcess | null = null;
  #port: number;
  #stopping = false;
  #restarting: Promise<void> = Promise.resolve();

  private constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
  }

  /**
   * Starts a child and waits until it serves.
   * @throws PlantsenseError PORT_IN_USE, DATA_DIR_IN_USE, DATA_DIR_CORRUPT
   */
  static async start(options: SupervisorOptions): Promise<Supervisor> {
    mkdirSync(options.directory, { recursive: true });
    const supervisor = new Supervisor(options);
    await supervisor.#start();
    return supervisor;
  }

  get url(): string {
    return `http://${this.#options.host ?? '127.0.0.1'}:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** The child's process id; null while it is down. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Waits for running statements and ends the child. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#restarting;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    send(child, { type: 'stop' });
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(late);
  }

  async #start(): Promise<void> {
    const { directory, host = '127.0.0.1', credentials, maxBodyBytes = MAX_BODY_BYTES } = this.#options;
    const { path, execArgv } = workerEntry(import.meta.url, './child');
    const child = fork(path, [], {
      execArgv,
      env: { ...process.env, TZ: 'UTC', UV_THREADPOOL_SIZE: LIBUV_THREADS },
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#forward(child);
    send(child, { type: 'serve', options: { directory, host, port: this.#port, credentials, maxBodyBytes } });
    this.#port = await readyPort(child);
    this.#child = child;
    const startedMs = performance.now();
    child.once('exit', (code, signal) => {
      this.#child = null;
      if (this.#stopping) return;
      this.#log(
        'error',
        `The store ended by itself (${signal ?? `exit code ${code}`}) and is started again.`,
      );
      const healthy = performance.now() - startedMs > HEALTHY_AFTER_MS;
      this.#restarting = this.#restart(healthy);
    });
  }

  async #restart(healthy: boolean): Promise<void> {
    let waitMs = this.#options.restartAfterMs ?? RESTART_AFTER_MS;
    if (!healthy) await delay(waitMs);
    while (!this.#stopping) {
      try {
        return await this.#start();
      } catch (error) {
        this.#log('error', `The store did not start: ${String(error)}`);
        waitMs = Math.min(2 * waitMs, MAX_RESTART_AFTER_MS);
        await delay(waitMs);
      }
    }
  }

  /** Log messages of the child, and whatever the engine prints. */
  #forward(child: ChildProcess): void {
    child.on('message', (message: ChildMessage) => {
      if (message.type === 'log') this.#log(message.level, message.message);
      if (message.type === 'failed') this.#log('error', `The store fails: ${message.message}`);
    });
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split('\n')) if (line.trim() !== '') this.#log('warn', line);
      });
  }

  #log(level: StoreLogLevel, message: string): void {
    this.#options.log?.(level, message);
  }
}

function send(child: ChildProcess, message: OwnerMessage): void {
  // A child that is gone already is seen by its exit.
  child.send(message, () => {});
}

function readyPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: ChildMessage) => {
      if (message.type === 'ready') resolve(message.port);
      if (message.type === 'failed') reject(new PlantsenseError(message.code, message.message));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(
        new PlantsenseError(
          'STORE_UNAVAILABLE',
          `The store ended while starting (${signal ?? `exit code ${code}`}).`,
        ),
      ),
    );
  });
}
