import { setTimeout as delay } from 'node:timers/promises';
import { literal } from '../sql.js';
import { EngineConnection } from './engine.js';
import { EngineException } from './exception.js';
import { Lane } from './lane.js';
import type { Piece, Statement, Summary } from './statement.js';
import { StatementThread } from './statement-thread.js';

export interface PoolOptions {
  readonly directory: string;
  /** Inserts that run at once. */
  readonly inserts: number;
  /** Other statements that run at once. */
  readonly others: number;
  /** Statements that may wait in each lane. */
  readonly queue: number;
  readonly onCrash: (error: Error) => void;
}

const KILL_AGAIN_MS = 100;

/** Something that runs one statement at a time. */
interface Runner {
  execute(statement: Statement): AsyncGenerator<Piece, Summary>;
}

/**
 * Runs statements. Inserts have places of their own: slow queries can't hold them up. They run on this thread, since
 * starting one takes no time; a query is analysed by the call that starts it, so queries have threads.
 */
export class StatementPool {
  readonly #directory: string;
  readonly #inserts: Lane<Runner>;
  readonly #others: Lane<Runner>;

  constructor({ directory, inserts, others, queue, onCrash }: PoolOptions) {
    this.#directory = directory;
    this.#inserts = new Lane<Runner>(inserts, queue, () => ({
      execute: statement => executeHere(directory, statement),
    }));
    this.#others = new Lane<Runner>(others, queue, () => new StatementThread(directory, onCrash));
  }

  /**
   * The pieces of a statement's result, then its counts. When `signal` aborts, a read is cancelled in the engine; an
   * insert that has begun runs to its end.
   * @throws EngineException
   */
  async *run(statement: Statement, signal: AbortSignal): AsyncGenerator<Piece, Summary> {
    const lane = statement.kind === 'insert' ? this.#inserts : this.#others;
    const runner = await lane.take();
    const stop = new AbortController();
    try {
      if (signal.aborted) throw new EngineException(394, 'QUERY_WAS_CANCELLED', 'The client is gone.');
      if (statement.kind === 'read') this.#cancelWhen(signal, statement.id, stop.signal);
      return yield* runner.execute(statement);
    } finally {
      stop.abort();
      lane.give(runner);
    }
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    await Promise.all([this.#inserts.idle(), this.#others.idle()]);
  }

  #cancelWhen(signal: AbortSignal, id: string, stop: AbortSignal): void {
    const cancel = () => void this.#kill(id, stop);
    signal.addEventListener('abort', cancel, { once: true, signal: stop });
  }

  /**
   * Again and again until it has stopped: a statement is listed, and can be killed, only once it has been analysed, and
   * an engine that is short of memory may refuse.
   */
  async #kill(id: string, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await kill(this.#directory, id).catch(() => {});
      await delay(KILL_AGAIN_MS);
    }
  }
}

async function kill(directory: string, id: string): Promise<void> {
  const connection = new EngineConnection(directory);
  try {
    await connection.run(`KILL QUERY WHERE Settings['log_comment'] = ${literal(id)} ASYNC`);
  } finally {
    connection.close();
  }
}

async function* executeHere(directory: string, statement: Statement): AsyncGenerator<Piece, Summary> {
  const connection = new EngineConnection(directory);
  try {
    return yield* connection.execute(statement);
  } finally {
    connection.close();
  }
}
