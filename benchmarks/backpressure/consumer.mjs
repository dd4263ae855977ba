// A consumer whose sink never answers, in a process of its own: `node consumer.mjs DIRECTORY VARIANT TOPIC CREDIT_BYTES`.
// Answers each message of its parent with its RSS.
import { Registry } from 'prom-client';
import { mergeMap, NEVER, Subject } from 'rxjs';
import { openEmbedded } from '../../dist/broker/embedded/open.js';
import { startStore } from '../../dist/stages/store.js';
import { exponentialBackoff } from '../../dist/stream/retry.js';
import { createLog } from '../../dist/telemetry/log.js';
import { createMetrics } from '../../dist/telemetry/metrics.js';

const [directory, variant, topic, credit] = process.argv.slice(2);
const broker = await openEmbedded(directory, { mode: 'attach' });

/** The store's stage as it is, over a store that takes a block and never answers. */
async function stage() {
  const deadStore = {
    blocksOf: records => [
      { table: 'dead_letters', rows: records.length, insert: () => new Promise(() => {}) },
    ],
  };
  const options = {
    inputs: [topic],
    outputs: { deadLetter: 'dead-letter' },
    flushSecs: 1,
    flushRows: 50_000,
    flushBytes: Number(credit),
  };
  await startStore(options, deadStore, {
    name: 'store',
    broker,
    producer: await broker.producer(),
    metrics: createMetrics(new Registry()),
    log: createLog({ level: 'silent' }),
    backoff: exponentialBackoff,
    group: { group: 'backpressure' },
    creditBytes: Number(credit),
    commitIntervalMs: 1000,
    observer: {},
    dataDir: directory,
    now: Date.now,
  });
}

/** As it is often written: messages are pushed into a stream, and mergeMap limits how many the sink has at once. */
async function plainMergeMap() {
  const messages = new Subject();
  messages.pipe(mergeMap(() => NEVER, 8)).subscribe();
  const reader = await broker.reader({ topic, partition: 0 }, 'earliest');
  const { signal } = new AbortController();
  for (;;) for (const message of await reader.fetch(Number(credit) / 4, signal)) messages.next(message);
}

const running = variant === 'stage' ? stage() : plainMergeMap();
running.catch(error => {
  console.error(error);
  process.exit(1);
});
process.on('message', () => process.send({ rss: process.memoryUsage.rss() }));
process.send('ready');
