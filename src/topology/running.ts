import { Registry } from 'prom-client';
import type { Broker } from '../broker/port.js';
import { classify, PlantsenseError } from '../errors.js';
import { RecordTables } from '../stages/record-tables.js';
import type { RunningStage, StageContext } from '../stages/stage.js';
import type { Store } from '../store/client.js';
import { decodeCheckpoint } from '../stream/checkpoint.js';
import { exponentialBackoff } from '../stream/retry.js';
import { EventLoopMonitor } from '../telemetry/event-loop.js';
import { Health } from '../telemetry/health.js';
import { type HttpServer, startHttpServer } from '../telemetry/http-server.js';
import type { Log } from '../telemetry/log.js';
import { createMetrics, type Metrics } from '../telemetry/metrics.js';
import { buildGraph, inFlowOrder } from './graph.js';
import { laneObserver } from './lane-observer.js';
import { openBroker } from './open-engines.js';
import { openTopologyStore } from './open-store.js';
import { startStage } from './start-stage.js';
import { Supervision } from './supervision.js';
import { applyTopics, checkTopics } from './topics-apply.js';
import { groupName, type Topology } from './topology.js';

export interface RunOptions {
  readonly topology: Topology;
  /** Names of the stages to run; all of them by default. */
  readonly stages?: readonly string[];
  readonly log: Log;
  readonly version: string;
  /** Whether to serve health and metrics. Default true. */
  readonly http?: boolean;
  /** Wall clock, for measuring only. */
  readonly now?: () => number;
  /** Wraps the engines before the stages get them: how tests make faults happen at a chosen moment. */
  readonly decorate?: (engines: Engines) => Engines;
}

export interface Engines {
  readonly broker: Broker;
  readonly store: Store;
}

export interface RunningTopology {
  readonly broker: Broker;
  readonly store: Store;
  readonly storeUrl: string;
  readonly health: Health;
  readonly httpUrl: string | null;
  readonly metrics: Metrics;
  readonly stages: ReadonlyMap<string, RunningStage>;
  /** Resolves after `stop`; rejects with what ended it. */
  readonly done: Promise<void>;
  /** True when every stage has done all that its inputs hold. */
  caughtUp(): Promise<boolean>;
  untilCaughtUp(signal?: AbortSignal): Promise<void>;
  /** Drains, commits and closes everything. */
  stop(): Promise<void>;
}

const LOOK_INTERVAL_MS = 1000;
const REFRESH_INTERVAL_MS = 5000;
const CAUGHT_UP_INTERVAL_MS = 100;

/**
 * Runs a topology: opens its engines, starts its stages, the last of the flow first, and looks after them.
 * @throws PlantsenseError whatever keeps it from starting; what was opened is closed again
 */
export async function startTopology(options: RunOptions): Promise<RunningTopology> {
  const { topology, log, version, now = Date.now } = options;
  const opened = new Opened();
  try {
    const registry = new Registry();
    const metrics = createMetrics(registry, { ofProcess: true });
    metrics.buildInfo.set({ version, node_version: process.version, topology: topology.name }, 1);
    const health = new Health(now);
    const engine = await openBroker(topology, 'own', log);
    opened.push(() => engine.close());
    const { directory } = engine;
    if (topology.broker.type === 'embedded') {
      const { admin } = engine.broker;
      await applyTopics(admin, await checkTopics(admin, topology));
    }
    const openStore = await openTopologyStore(topology, directory, log);
    opened.push(() => openStore.close());
    const { url: storeUrl } = openStore;
    const { decorate = engines => engines } = options;
    const { broker, store } = decorate({ broker: engine.broker, store: openStore.store });
    const producer = await broker.producer();
    opened.push(() => producer.close());

    const stages = new Map<string, RunningStage>();
    const tables = new RecordTables(store);
    for (const name of stageOrder(topology, options.stages)) {
      const stageLog = log.child({ stage: name });
      const context: StageContext = {
        name,
        broker,
        producer,
        metrics,
        log: stageLog,
        backoff: exponentialBackoff,
        group: groupOptions(topology, name),
        creditBytes: topology.runtime.creditBytes,
        commitIntervalMs: topology.runtime.commitIntervalMs,
        observer: laneObserver(name, metrics, stageLog, now),
        dataDir: topology.dataDir,
        now,
      };
      const stage = await startStage(topology.stages.get(name)!, topology, tables, context);
      stages.set(name, stage);
      // Started from the end of the flow, they stop from its source on: what one drains the next one still takes.
      opened.push(() => {
        health.set(`stage ${name}`, 'stopping');
        return stage.stop();
      });
    }

    const supervision = new Supervision(stages, broker.admin, topology.runtime.stallAfterSecs * 1000, {
      metrics,
      health,
      log,
      now,
    });
    supervision.look();
    const timers = [
      setInterval(() => supervision.look(), LOOK_INTERVAL_MS),
      setInterval(() => void supervision.refresh(), REFRESH_INTERVAL_MS),
    ];
    opened.push(async () => timers.forEach(clearInterval));
    const http =
      options.http === false ? null : await serveHttp(topology, health, registry, metrics, version, opened);
    await directory?.announce({ ...(http && { http: http.url }) });

    const failed = Promise.race([...stages].map(([name, stage]) => failureOf(name, stage, health)));
    let finish: () => void = () => {};
    const stopped = new Promise<void>(resolve => {
      finish = resolve;
    });
    const done = Promise.race([stopped, failed]);
    done.catch(() => {});
    const caughtUp = async () => {
      try {
        return await isCaughtUp(topology, broker, stages);
      } catch (error) {
        // A broker that is away tells nothing; the stages wait for it too.
        if (classify(error) === 'retryable') return false;
        throw error;
      }
    };
    return {
      broker,
      store,
      storeUrl,
      health,
      httpUrl: http?.url ?? null,
      metrics,
      stages,
      done,
      caughtUp,
      untilCaughtUp: async signal => {
        while (!signal?.aborted) {
          // Twice in a row: between two looks a stage may have handed on what it held.
          if ((await caughtUp()) && (await caughtUp())) return;
          await Promise.race([exponentialBackoff.wait(CAUGHT_UP_INTERVAL_MS, signal), failed]);
        }
      },
      stop: async () => {
        await opened.close();
        finish();
      },
    };
  } catch (error) {
    await opened.close().catch(() => {});
    throw error;
  }
}

/** What to close, in the reverse order of opening. */
class Opened {
  readonly #close: (() => Promise<void>)[] = [];

  push(close: () => Promise<void>): void {
    this.#close.push(close);
  }

  async close(): Promise<void> {
    let failure: unknown;
    for (const close of this.#close.splice(0).reverse()) {
      await close().catch(error => {
        failure ??= error;
      });
    }
    if (failure) throw failure;
  }
}

/** The last of the flow first: whoever writes finds a reader. @throws PlantsenseError PARAMETER_INVALID */
function stageOrder(topology: Topology, wanted: readonly string[] | undefined): string[] {
  const unknown = wanted?.find(name => !topology.stages.has(name));
  if (unknown !== undefined) {
    const known = [...topology.stages.keys()].join(', ');
    throw new PlantsenseError('PARAMETER_INVALID', `The topology has no stage ${unknown}; it has ${known}.`);
  }
  const order = inFlowOrder(buildGraph(topology))
    .map(stage => stage.name)
    .reverse();
  return wanted ? order.filter(name => wanted.includes(name)) : order;
}

function groupOptions({ runtime, ...topology }: Topology, stage: string): StageContext['group'] {
  return {
    group: groupName({ runtime, ...topology }, stage),
    sessionTimeoutMs: runtime.sessionTimeoutMs,
    rebalanceTimeoutMs: runtime.rebalanceTimeoutMs,
    drainDeadlineMs: runtime.drainDeadlineMs,
    onExpiredOffset: runtime.onExpiredOffset,
  };
}

async function serveHttp(
  topology: Topology,
  health: Health,
  registry: Registry,
  metrics: Metrics,
  version: string,
  opened: Opened,
): Promise<HttpServer> {
  const monitor = new EventLoopMonitor();
  opened.push(async () => monitor.close());
  const http = await startHttpServer({
    ...topology.http,
    health,
    version: { name: 'plantsense', version, node: process.version, topology: topology.name },
    metrics: {
      contentType: registry.contentType,
      metrics: () => {
        monitor.record(metrics);
        return registry.metrics();
      },
    },
  });
  opened.push(() => http.close());
  return http;
}

async function failureOf(name: string, stage: RunningStage, health: Health): Promise<never> {
  await stage.done.catch(error => {
    health.set(`stage ${name}`, 'failed', error instanceof Error ? error.message : String(error));
    throw error;
  });
  // A stage that was stopped in good order fails nothing.
  return new Promise<never>(() => {});
}

async function isCaughtUp(
  topology: Topology,
  broker: Broker,
  stages: ReadonlyMap<string, RunningStage>,
): Promise<boolean> {
  // In the order of the flow: when a stage is done, and all before it, nothing more comes to those after it.
  for (const [name, stage] of [...stages].reverse()) {
    if (await stage.isBusy()) return false;
    // What waits for a first model goes on when one comes; nobody knows when.
    if (stage.waiting) continue;
    for (const topic of stage.inputs) {
      const lanes = stage.lanes.filter(lane => lane.topic === topic);
      if (stage.consumes && lanes.length === 0) {
        // Not assigned yet, or there are more members than partitions and others have them.
        if (await isConsumed(broker, groupName(topology, name), topic)) continue;
        return false;
      }
      for (const { partition, latest } of await broker.admin.offsets(topic)) {
        // Partitions of other members are theirs to catch up with.
        const lane = lanes.find(each => each.partition === partition);
        if (lane && lane.processed < latest) return false;
      }
    }
  }
  return true;
}

/** Whether a group has committed all that lies in a topic, whoever its members are. */
async function isConsumed({ admin }: Broker, group: string, topic: string): Promise<boolean> {
  const commits = await admin.groupCommits(group, topic);
  return (await admin.offsets(topic)).every(({ partition, earliest, latest }) => {
    const commit = commits.get(partition);
    const position = commit ? decodeCheckpoint(commit.offset, commit.metadata).position : earliest;
    return position >= latest;
  });
}
