import { fileURLToPath } from 'node:url';
import { loadTopology } from '../topology/load.js';
import { modelOfType } from '../topology/noise-training.js';
import type { Topology } from '../topology/topology.js';

const TOPOLOGY = fileURLToPath(new URL('../../topologies/demo.yaml', import.meta.url));

/**
 * What `topologies/demo.yaml` says, in this data directory.
 * @param network whether a network can be trained here; without one a Gaussian mixture learns from the same events, and
 *   machines are not listened to, which only a network knows
 */
export async function demoTopology(dataDir: string, network: boolean): Promise<Topology> {
  const { topology } = await loadTopology(TOPOLOGY, {});
  if (network) return { ...topology, dataDir };
  const stages = new Map(
    [...topology.stages]
      .filter(([, { type }]) => type !== 'machine_residual' && type !== 'machine_learn')
      .map(([name, stage]) => [
        name,
        stage.type === 'noise_learn' ? { ...stage, model: modelOfType(stage.model, 'gmm') } : stage,
      ]),
  );
  return { ...topology, dataDir, stages };
}
