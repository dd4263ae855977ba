import { PlantsenseError } from '../errors.js';
import { segmentFeatureSet } from '../lifecycle/machine-model/segment-features.js';
import type { ModelCard } from '../lifecycle/model-card.js';
import { EventTensor } from '../stages/event-tensor.js';
import { segmentOf } from './machine-residual-options.js';
import type { Topology } from './topology.js';

/**
 * Looks whether a stage of the topology makes the tensors that a model takes. A topology without a stage that makes any
 * for its method says nothing.
 *
 * @param featureSet what the model takes
 * @throws PlantsenseError FEATURES_MISMATCH: it would score nothing there
 */
export function checkModelFits(
  topology: Topology,
  { method, version }: Pick<ModelCard, 'method' | 'version'>,
  featureSet: string,
): void {
  const made = new Map<string, string>();
  for (const [name, stage] of topology.stages) {
    if (method === 'noise' && stage.type === 'noise_events')
      made.set(name, new EventTensor(stage.logMel).featureSet);
    if (method === 'machine' && stage.type === 'machine_residual')
      made.set(name, segmentFeatureSet(segmentOf(stage.segment)));
  }
  if (made.size === 0 || [...made.values()].includes(featureSet)) return;
  const stages = [...made].map(([name, set]) => `${name} makes ${set}`).join(', ');
  throw new PlantsenseError(
    'FEATURES_MISMATCH',
    `Model ${version} takes tensors of the feature set ${featureSet}, and would score nothing in this topology: ${stages}.`,
  );
}
