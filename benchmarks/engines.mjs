// What a running topology needs beside it: a broker (a real Kafka where Java is, else the embedded one), a store, and the
// process that runs the topology, on a core of its own where that can be had.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { tsImport } from 'tsx/esm/api';
import { parse, stringify } from 'yaml';
import { openStore } from '../dist/store/open.js';
import { createLog } from '../dist/telemetry/log.js';
import { lint } from '../dist/topology/lint.js';
import { openBroker } from '../dist/topology/open-engines.js';
import { applyTopics, checkTopics } from '../dist/topology/topics-apply.js';

const PARTITIONS = 8;
const quiet = createLog({ level: 'silent' });

/** Whether processes can be bound to cores here: Linux with `taskset`, and more than one core. */
function canPin() {
  if (availableParallelism() < 2) return false;
  try {
    execFileSync('taskset', ['-p', String(process.pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts broker and store for a topology that is shipped. `close` ends and removes everything.
 *
 * @param {(message: string) => void} log
 * @param {string} name of the topology
 * @param {(file: any) => void} change what the benchmark needs otherwise in its file
 */
export async function startEngines(log, name, change) {
  const folder = mkdtempSync(join(tmpdir(), 'plantsense-bench-'));
  const undo = [async () => rmSync(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step().catch(error => log(`  ${error.message}`));
  };
  try {
    const pinned = canPin();
    // This process and what it starts from here on leave the first core to the topology.
    if (pinned) {
      const others = `1-${availableParallelism() - 1}`;
      execFileSync('taskset', ['-a', '-cp', others, String(process.pid)], { stdio: 'ignore' });
    }
    const kafka = await startKafka(log);
    if (kafka.server) undo.push(() => kafka.server.remove());
    const password = 'benchmark';
    const store = await openStore({ type: 'embedded', directory: join(folder, 'store'), password });
    undo.push(() => store.close());

    const shipped = new URL(`../topologies/${name}.yaml`, import.meta.url);
    const file = parse(readFileSync(shipped, 'utf8'));
    file.data_dir = join(folder, 'data');
    mkdirSync(file.data_dir);
    file.http = { port: 0 };
    file.store = { type: 'clickhouse', url: store.url, password };
    if (kafka.address) file.broker = { type: 'kafka', brokers: kafka.address };
    for (const [topic, options] of Object.entries(file.topics))
      if (topic !== 'models' && topic !== 'labels') options.partitions = PARTITIONS;
    change(file);
    const yaml = join(folder, 'topology.yaml');
    writeFileSync(yaml, stringify(file));
    const topology = () => {
      const { topology, problems } = lint(readFileSync(yaml, 'utf8'), {});
      if (!topology) throw new Error(JSON.stringify(problems));
      return topology;
    };
    return {
      store,
      yaml,
      dataDir: file.data_dir,
      kind: kafka.address ? 'kafka' : 'embedded',
      why: kafka.why,
      pinned,
      password,
      kafkaAddress: kafka.address,
      /** While no topology runs: the embedded broker has one owner. */
      openBroker: () => openBroker(topology(), 'own-or-attach', quiet),
      /** Creates what the topology declares. */
      applyTopics: async () => {
        const { broker, close } = await openBroker(topology(), 'own-or-attach', quiet);
        await applyTopics(broker.admin, await checkTopics(broker.admin, topology()));
        await close();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startKafka(log) {
  if (process.env.KAFKA_BOOTSTRAP) return { address: process.env.KAFKA_BOOTSTRAP };
  const { whyNoKafka } = await tsImport('../test/kafka/jars.ts', import.meta.url);
  const why = whyNoKafka();
  if (why !== null) return { why };
  log('  starting Kafka');
  const { KafkaServer } = await tsImport('../test/kafka/server.ts', import.meta.url);
  const server = new KafkaServer();
  await server.start();
  return { address: server.address(), server };
}

/** Runs stages of a topology in a process of its own, on the first core when `pinned`. */
export async function startTopologyProcess({ yaml, pinned }, stages) {
  const [command, ...rest] = pinned ? ['taskset', '-c', '0', process.execPath] : [process.execPath];
  const child = fork(new URL('run-topology.mjs', import.meta.url), [yaml, stages.join()], {
    execPath: command,
    execArgv: rest,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), ended.then(() => null)]);
  if (first === null) throw new Error('The topology did not start.');
  /** Questions may overlap: each answer has its question's number. */
  const waiting = new Map();
  let asked = 0;
  child.on('message', ({ id, usage }) => waiting.get(id)?.(usage));
  const ask = async question => {
    const id = asked++;
    const answer = new Promise(resolve => waiting.set(id, resolve));
    child.send({ id, question });
    const usage = await Promise.race([
      answer,
      ended.then(([code]) => Promise.reject(new Error(`The topology ended with ${code}.`))),
    ]);
    waiting.delete(id);
    return usage;
  };
  return {
    /** CPU seconds of all its threads so far, and its memory now. */
    usage: () => ask('usage'),
    untilCaughtUp: () => ask('caughtUp'),
    stop: async () => {
      child.send({ question: 'stop' });
      await ended;
    },
  };
}
