import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kafkaJars } from './jars.js';

const run = promisify(execFile);
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

export interface KafkaServerOptions {
  /** Lines of server.properties that come on top. Asked for at the first start. */
  readonly properties?: () => Readonly<Record<string, string>>;
  /** Name to security protocol of further listeners, such as `{ SECURE: 'SASL_SSL' }`. */
  readonly listeners?: Readonly<Record<string, string>>;
  /** Options of `kafka-storage format`, such as `--add-scram`. */
  readonly formatArguments?: readonly string[];
}

/** A real Apache Kafka, broker and controller in one JVM, on free ports of the loopback and a directory of its own. */
export class KafkaServer {
  readonly #options: KafkaServerOptions;
  readonly #ports = new Map<string, number>();
  #process: ChildProcess | null = null;
  #directory: string | null = null;

  constructor(options: KafkaServerOptions = {}) {
    this.#options = options;
    // A broker must not outlive a test run that fails.
    process.once('exit', () => this.#process?.kill('SIGKILL'));
  }

  /** Made when it is first asked for: a suite that is skipped leaves nothing behind. */
  get directory(): string {
    this.#directory ??= mkdtempSync(join(tmpdir(), 'plantsense-kafka-'));
    return this.#directory;
  }

  /** `host:port` of a listener. */
  address(listener = 'PLAINTEXT'): string {
    return `127.0.0.1:${this.#ports.get(listener)}`;
  }

  get pid(): number {
    return this.#process!.pid!;
  }

  /** Starts the broker, on the ports and the data that it had before, and resolves when it takes requests. */
  async start(): Promise<void> {
    if (this.#ports.size === 0) {
      const names = ['PLAINTEXT', ...Object.keys(this.#options.listeners ?? {}), 'CONTROLLER'];
      const ports = await freePorts(names.length);
      for (const [i, name] of names.entries()) this.#ports.set(name, ports[i]!);
      await this.#format();
    }
    const log = join(this.directory, 'broker.log');
    const output = openSync(log, 'a');
    const before = existsSync(log) ? readFileSync(log).length : 0;
    const java = spawn('java', [...(await javaArguments()), 'kafka.Kafka', this.#config], {
      stdio: ['ignore', output, output],
    });
    this.#process = java;
    const end = performance.now() + START_TIMEOUT_MS;
    while (!readFileSync(log).subarray(before).includes('Kafka Server started')) {
      if (java.exitCode !== null || performance.now() > end) {
        throw new Error(`Kafka did not start:\n${readFileSync(log, 'utf8').slice(-4_000)}`);
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  /** Stops the process, in order or at once. */
  async halt(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const java = this.#process;
    if (java === null || java.exitCode !== null || java.signalCode !== null) return;
    const ended = new Promise<void>(resolve => java.once('exit', () => resolve()));
    java.kill(signal);
    const timer = setTimeout(() => java.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
    this.#process = null;
  }

  /** Stops the broker and removes its data. */
  async remove(): Promise<void> {
    await this.halt('SIGKILL');
    if (this.#directory !== null) rmSync(this.#directory, { recursive: true, force: true });
  }

  get #config(): string {
    return join(this.directory, 'server.properties');
  }

  async #format(): Promise<void> {
    const { listeners = {}, properties = () => ({}), formatArguments = [] } = this.#options;
    const named = ([name, port]: [string, number]) => `${name}://127.0.0.1:${port}`;
    const all = [...this.#ports];
    const lines = {
      'process.roles': 'broker,controller',
      'node.id': '1',
      'controller.quorum.voters': `1@127.0.0.1:${this.#ports.get('CONTROLLER')}`,
      listeners: all.map(named).join(','),
      'advertised.listeners': all
        .filter(([name]) => name !== 'CONTROLLER')
        .map(named)
        .join(','),
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': Object.entries({
        PLAINTEXT: 'PLAINTEXT',
        CONTROLLER: 'PLAINTEXT',
        ...listeners,
      })
        .map(([name, protocol]) => `${name}:${protocol}`)
        .join(','),
      'log.dirs': join(this.directory, 'logs'),
      'auto.create.topics.enable': 'false',
      'offsets.topic.replication.factor': '1',
      'offsets.topic.num.partitions': '2',
      'transaction.state.log.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
      'share.coordinator.state.topic.replication.factor': '1',
      'share.coordinator.state.topic.min.isr': '1',
      // After a kill the new broker waits until the old one's session is over.
      'broker.session.timeout.ms': '2000',
      'broker.heartbeat.interval.ms': '500',
      'group.initial.rebalance.delay.ms': '0',
      'group.min.session.timeout.ms': '500',
      'log.cleaner.dedupe.buffer.size': '16777216',
      'log.cleaner.backoff.ms': '200',
      'log.initial.task.delay.ms': '500',
      ...properties(),
    };
    const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(this.#config, text.join(''));
    // Not at the start, where a hyphen would make it an option.
    const clusterId = randomBytes(16).toString('base64url').replaceAll('-', '_');
    await run('java', [
      ...(await javaArguments()),
      'kafka.tools.StorageTool',
      'format',
      '-t',
      clusterId,
      '-c',
      this.#config,
      ...formatArguments,
    ]);
  }
}

async function javaArguments(): Promise<string[]> {
  return [
    '-Xmx400m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1', // a test's broker lives for a minute: start fast
    '-Djava.awt.headless=true',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
    '-cp',
    join(await kafkaJars(), '*'),
  ];
}

/** Ports that are free now, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>(resolve => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map(server => (server.address() as { port: number }).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}
