import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorCode, PlantsenseError } from '../../errors.js';
import { repairDeduplicationLogs } from './deduplication-log.js';
import { EngineException } from './exception.js';
import { openEngine } from './open-engine.js';
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
  if (struck > 0) log('info', `Struck out ${struck} notes of blocks that a crash kept from being stored.`);
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
