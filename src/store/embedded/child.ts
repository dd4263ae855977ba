import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorCode, PlantsenseError } from '../../errors.js';
import { repairDeduplicationLogs } from './deduplication-log.js';
import { EngineConnection } from './engine.js';
import { EngineException } from './exception.js';
import type { ChildMessage, OwnerMessage, ServeOptions, StoreLogLevel } from './protocol.js';
import { createFront } from './server.js';
import { Spool } from './spool.js';
import { StatementPool } from './statement-pool.js';

/*
 * The child process that serves the ClickHouse HTTP interface over chDB. It lives as long as the channel to its owner:
 * an owner that is killed takes it along, so that nothing keeps holding the directory.
 */

const INSERT_THREADS = 2;
const OTHER_THREADS = 4;
const QUEUE = 200;
const RELEASE_MS = 2_000;
const RELEASE_POLL_MS = 20;
const CLOSE_POLL_MS = 5;
const CLOSE_MS = 2_000;

/** Tells the owner, and resolves when it is told. */
function tell(message: ChildMessage): Promise<void> {
  return new Promise(resolve => {
    if (process.connected) process.send!(message, undefined, {}, () => resolve());
    else resolve();
  });
}

function log(level: StoreLogLevel, message: string): void {
  void tell({ type: 'log', level, message });
}

/** The engine may crash in its own clean-up at exit. It is built to lose nothing by a kill, so that is how it ends. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

async function fail(error: unknown): Promise<void> {
  const code: ErrorCode = error instanceof PlantsenseError ? error.code : 'INTERNAL';
  await tell({ type: 'failed', code, message: error instanceof Error ? error.message : String(error) });
  end();
}

/**
 * Opens the directory. A killed owner's child ends a moment after its owner, so an open that fails is tried again for a
 * while. chDB does not say why it fails.
 */
async function openEngine(directory: string): Promise<EngineConnection> {
  const deadlineMs = performance.now() + RELEASE_MS;
  for (;;) {
    try {
      return new EngineConnection(directory);
    } catch (error) {
      const owner = ownerOf(directory);
      if (owner === null)
        throw new PlantsenseError(
          'DATA_DIR_CORRUPT',
          `The store in ${directory} can't be opened: ${String(error)}`,
        );
      if (performance.now() > deadlineMs)
        throw new PlantsenseError('DATA_DIR_IN_USE', `Process ${owner} has the store in ${directory} open.`);
      await delay(RELEASE_POLL_MS);
    }
  }
}

/** The living process that the engine's lock file names, or null. */
function ownerOf(directory: string): number | null {
  const lock = join(directory, 'status');
  const pid = existsSync(lock) ? Number(/PID: (\d+)/.exec(readFileSync(lock, 'utf8'))?.[1]) : 0;
  try {
    process.kill(pid, 0);
    return pid === 0 ? null : pid;
  } catch (error) {
    // A process of another user can't be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : null;
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'EADDRINUSE'
      ? new PlantsenseError('PORT_IN_USE', `Port ${port} of ${host} is taken: the store can't listen there.`)
      : error;
  }
  return (server.address() as AddressInfo).port;
}

async function serve(options: ServeOptions): Promise<() => Promise<void>> {
  // Held for the life of the process: the engine shuts down with its last connection.
  const anchor = await openEngine(options.directory);
  const struck = repairDeduplicationLogs(anchor);
  if (struck > 0) log('info', `Forgot ${struck} blocks that a crash had noted but not stored.`);
  const version = anchor.query('SELECT version()').trim();
  const pool = new StatementPool({
    directory: options.directory,
    inserts: INSERT_THREADS,
    others: OTHER_THREADS,
    queue: QUEUE,
    onCrash: error => void fail(error),
  });
  const { credentials, maxBodyBytes } = options;
  const server = createFront({
    credentials,
    version,
    maxBodyBytes,
    spool: new Spool(join(options.directory, 'incoming')),
    run: (...statement) => pool.run(...statement),
  });
  const port = await listen(server, options.host, options.port);
  await tell({ type: 'ready', port, version });
  return async () => {
    const closed = once(server, 'close');
    server.close();
    await pool.idle();
    // Answers are still on their way; connections that clients keep open would never close by themselves.
    const closing = setInterval(() => server.closeIdleConnections(), CLOSE_POLL_MS);
    await Promise.race([closed, delay(CLOSE_MS)]);
    clearInterval(closing);
    anchor.close();
  };
}

// A terminal's Ctrl-C and a service manager's stop reach the whole group: the owner drains first, then stops the store.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', end);
process.on('uncaughtException', error => void fail(error));

let stop: (() => Promise<void>) | undefined;

process.on('message', (message: OwnerMessage) => {
  if (message.type === 'serve') {
    serve(message.options).then(
      stopServing => {
        stop = stopServing;
      },
      error =>
        fail(error instanceof EngineException ? new PlantsenseError('INTERNAL', error.message) : error),
    );
  } else {
    void (stop?.() ?? Promise.resolve()).then(() => tell({ type: 'stopped' })).finally(end);
  }
});
