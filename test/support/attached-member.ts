import { Registry } from 'prom-client';
import { RecordTables } from '../../src/stages/record-tables.js';
import type { RunningStage } from '../../src/stages/stage.js';
import { exponentialBackoff } from '../../src/stream/retry.js';
import { createMetrics } from '../../src/telemetry/metrics.js';
import { openBroker } from '../../src/topology/open-engines.js';
import { openTopologyStore } from '../../src/topology/open-store.js';
import { startStage } from '../../src/topology/start-stage.js';
import { groupName } from '../../src/topology/topology.js';
import { testLog } from './running.js';
import { type TopologyChanges, topologyOf, topologyYaml } from './topology.js';

/**
 * The stages of a topology once more, as further members of their groups, on the embedded engines of whoever owns the
 * data directory, through its loopback socket.
 */
export async function joinStages(
  changes: TopologyChanges,
): Promise<{ readonly stages: ReadonlyMap<string, RunningStage>; stop(): Promise<void> }> {
  const topology = topologyOf(topologyYaml(changes));
  const engine = await openBroker(topology, 'attach', testLog);
  const store = await openTopologyStore(topology, null, testLog);
  const producer = await engine.broker.producer();
  const { runtime } = topology;
  const stages = new Map<string, RunningStage>();
  for (const [name, options] of topology.stages) {
    const stage = await startStage(options, topology, new RecordTables(store.store), {
      name,
      broker: engine.broker,
      producer,
      metrics: createMetrics(new Registry()),
      log: testLog,
      backoff: exponentialBackoff,
      group: { ...runtime, group: groupName(topology, name) },
      creditBytes: runtime.creditBytes,
      commitIntervalMs: runtime.commitIntervalMs,
      observer: {},
      dataDir: topology.dataDir,
      now: Date.now,
    });
    stages.set(name, stage);
  }
  return {
    stages,
    stop: async () => {
      for (const stage of stages.values()) await stage.stop();
      await producer.close();
      await engine.close();
      await store.close();
    },
  };
}
