import { Worker } from 'node:worker_threads';
import { threadEntry } from '../entry.js';
import { PlantsenseError } from '../errors.js';

/** What a call sends to a worker thread, and what comes back. */
export interface WorkerCall {
  readonly id: number;
  readonly payload: unknown;
}
export type WorkerReply =
  | { readonly id: number; readonly progress: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } };

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: (progress: unknown) => void;
}

/** One thread that answers calls in the order in which they were made. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  #nextId = 0;
  #ended: PlantsenseError | null = null;

  /**
   * @param caller the caller's `import.meta.url`; `module` is beside it and calls `serveWorker`
   * @param data given to the module as `workerData`
   */
  constructor(caller: string, module: string, data?: unknown) {
    const { path, execArgv } = threadEntry(caller, module);
    this.#worker = new Worker(path, { execArgv, workerData: data });
    this.#worker.on('message', (reply: WorkerReply) => this.#settle(reply));
    this.#worker.on('error', error => this.#end(`A worker thread failed: ${error.message}`, error));
    this.#worker.on('messageerror', error =>
      this.#end(`An answer of a worker thread can't be read: ${error.message}`, error),
    );
    this.#worker.on('exit', code => this.#end(`A worker thread ended with code ${code}.`));
  }

  /** Calls under way. */
  get load(): number {
    return this.#calls.size;
  }

  /**
   * @param transfer buffers that move to the thread without a copy; they can't be used here afterwards
   * @param onProgress told of what the module reports before its answer
   * @throws PlantsenseError what the module threw, or WORKER_CRASHED
   */
  call<T>(
    payload: unknown,
    transfer: readonly ArrayBuffer[] = [],
    onProgress: (progress: unknown) => void = () => {},
  ): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise<T>((resolve, reject) => {
      const id = this.#nextId++;
      // First, since it throws for what can't be sent.
      this.#worker.postMessage({ id, payload } satisfies WorkerCall, transfer);
      this.#calls.set(id, { resolve: value => resolve(value as T), reject, onProgress });
    });
  }

  async close(): Promise<void> {
    this.#ended ??= new PlantsenseError('WORKER_CRASHED', 'The worker thread was closed.');
    await this.#worker.terminate();
  }

  #settle(reply: WorkerReply): void {
    const call = this.#calls.get(reply.id);
    if ('progress' in reply) {
      call?.onProgress(reply.progress);
      return;
    }
    this.#calls.delete(reply.id);
    if ('result' in reply) call?.resolve(reply.result);
    else call?.reject(new PlantsenseError(reply.error.code as PlantsenseError['code'], reply.error.message));
  }

  #end(message: string, cause?: Error): void {
    this.#ended ??= new PlantsenseError('WORKER_CRASHED', message, { cause });
    for (const { reject } of this.#calls.values()) reject(this.#ended);
    this.#calls.clear();
  }
}

/**
 * A few threads, each serving the lanes that were leased to it: a lane's state lives in one thread, so its calls keep
 * their order, and the event loop with its heartbeats is never shared with computing.
 */
export class WorkerPool {
  readonly #threads: readonly { readonly thread: WorkerThread; leases: number }[];

  constructor(size: number, create: () => WorkerThread) {
    this.#threads = Array.from({ length: size }, () => ({ thread: create(), leases: 0 }));
  }

  /** The thread with the fewest leases, until `release`. */
  lease(): { readonly thread: WorkerThread; release(): void } {
    const slot = this.#threads.reduce((least, next) => (next.leases < least.leases ? next : least));
    slot.leases += 1;
    return {
      thread: slot.thread,
      release: () => {
        slot.leases -= 1;
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ thread }) => thread.close()));
  }
}
