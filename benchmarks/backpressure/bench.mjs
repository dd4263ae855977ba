import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '../../dist/broker/embedded/open.js';
import { codec } from '../../dist/records/codec.js';

export const title = 'memory of a stage whose sink has stopped, against a plain mergeMap(sink, 8)';

const MB = 1_000_000;
const RECORD_BYTES = 65_536;
const BATCH = 32;
const TOTAL_MB = 600;
/** The stage may have this much unprocessed; its memory may grow by it, and then no more. */
const CREDIT_MB = 32;
const SAMPLE_MS = 100;

/**
 * A producer writes on while the sink of a consumer, a process of its own, never answers. Told is how much the
 * consumer's memory (RSS) grows, from before the first message to the largest seen: ours by its credit, the peer's by
 * what was produced.
 */
export default async function backpressure({ log }) {
  const folder = mkdtempSync(join(tmpdir(), 'backpressure-'));
  try {
    const broker = await openEmbedded(folder, { mode: 'own' });
    try {
      // The same messages for both, each with a topic of its own.
      const ours = await grow(broker, folder, 'stage', log);
      const peer = await grow(broker, folder, 'merge-map', log);
      return {
        ours: ours.growthMb,
        peer: peer.growthMb,
        ratio: peer.growthMb / ours.growthMb,
        unit: 'MB that RSS grew (less is better; the ratio is peer / ours)',
        details: {
          machine: `${cpus()[0]?.model}, Node ${process.versions.node}`,
          producedMb: TOTAL_MB,
          creditMb: CREDIT_MB,
          // Flat means: what is produced after the credit is used up adds nothing.
          oursSecondHalfMb: ours.secondHalfMb,
          peerSecondHalfMb: peer.secondHalfMb,
          oursRssMb: ours.rssMb,
          peerRssMb: peer.rssMb,
        },
      };
    } finally {
      await broker.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function grow(broker, folder, variant, log) {
  const topic = `records.${variant}`;
  await broker.admin.createTopic(topic, { partitions: 1 });
  const args = [folder, variant, topic, String(CREDIT_MB * MB)];
  const consumer = fork(new URL('consumer.mjs', import.meta.url), args, { stdio: ['ignore', 2, 2, 'ipc'] });
  const ended = once(consumer, 'exit');
  const died = ended.then(([code]) => {
    throw new Error(`The consumer ended by itself with code ${code}.`);
  });
  died.catch(() => {});
  const ask = async question => {
    const answer = once(consumer, 'message');
    consumer.send(question);
    const [{ rss }] = await Promise.race([answer, died]);
    return rss / MB;
  };
  try {
    await Promise.race([once(consumer, 'message'), died]);
    const producer = await broker.producer();
    const batch = Array.from({ length: BATCH }, () => ({ key: 'm1', value: record() }));
    const rssMb = [await ask('rss')];
    let sampledMs = performance.now();
    for (let produced = 0; produced < TOTAL_MB * MB; produced += BATCH * RECORD_BYTES) {
      await producer.send(topic, batch);
      if (performance.now() - sampledMs < SAMPLE_MS) continue;
      sampledMs = performance.now();
      rssMb.push(await ask('rss'));
    }
    // What is on its way arrives.
    for (let i = 0; i < 20; i++) {
      await new Promise(resolve => setTimeout(resolve, SAMPLE_MS));
      rssMb.push(await ask('rss'));
    }
    const growthMb = Math.max(1, Math.max(...rssMb) - rssMb[0]);
    const middle = Math.max(...rssMb.slice(0, rssMb.length >> 1));
    const secondHalfMb = Math.round(Math.max(...rssMb) - middle);
    log(`${variant}: RSS ${Math.round(rssMb[0])} -> ${Math.round(rssMb.at(-1))} MB`);
    return { growthMb, secondHalfMb, rssMb: every(rssMb, 10).map(Math.round) };
  } finally {
    consumer.kill('SIGKILL');
    await ended;
  }
}

/** About as many values, evenly spread, the last among them. */
function every(values, count) {
  const step = Math.max(1, Math.floor(values.length / count));
  return values.filter((_, i) => (values.length - 1 - i) % step === 0);
}

/** A record with a table, as large as it is told: a dead letter. */
function record() {
  return codec('dead-letter').encode({
    originalTopic: 'audio.raw',
    originalPartition: 0,
    originalOffset: 0,
    originalKey: 'm1',
    originalTimestampMs: 0,
    originalHeaders: [],
    originalValue: Buffer.alloc(RECORD_BYTES, 1),
    errorCode: 'RECORD_NOT_AVRO',
    errorClass: 'terminal',
    message: 'for the benchmark',
    stage: 'bench',
    sensor: null,
    timeUs: null,
  });
}
