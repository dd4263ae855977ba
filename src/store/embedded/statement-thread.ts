import { Worker } from 'node:worker_threads';
import { threadEntry } from '../../entry.js';
import { EngineException } from './exception.js';
import type { Piece, Statement, Summary, WorkerReply, WorkerRequest } from './statement.js';

/** A worker thread that runs one statement at a time. Never terminated: that would pull memory from under the engine. */
export class StatementThread {
  readonly #worker: Worker;

  constructor(directory: string, onCrash: (error: Error) => void) {
    const { path, execArgv } = threadEntry(import.meta.url, './statement.worker');
    this.#worker = new Worker(path, { execArgv, workerData: { directory } });
    this.#worker.on('error', onCrash);
  }

  /** The pieces of a result, fetched one by one as they are asked for, then its counts. */
  async *execute(statement: Statement): AsyncGenerator<Piece, Summary> {
    let running = true;
    try {
      let reply = await this.#ask({ type: 'run', statement });
      while (reply.type === 'piece') {
        yield { bytes: reply.bytes };
        reply = await this.#ask({ type: 'next' });
      }
      running = false;
      if (reply.type === 'exception') throw new EngineException(reply.code, reply.name, reply.message);
      return reply.summary;
    } finally {
      if (running) await this.#ask({ type: 'cancel' });
    }
  }

  #ask(request: WorkerRequest): Promise<WorkerReply> {
    return new Promise(resolve => {
      this.#worker.once('message', resolve);
      this.#worker.postMessage(request);
    });
  }
}
