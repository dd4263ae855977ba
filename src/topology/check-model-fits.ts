import { PlantsenseError } from '../errors.js';
import type { EncoderOptions } from '../lifecycle/image-encoder/encoder-options.js';
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
  let fits = false;
  for (const [name, stage] of topology.stages) {
    if (method === 'noise' && stage.type === 'noise_events')
      made.set(name, new EventTensor(stage.logMel).featureSet);
    if (method === 'machine' && stage.type === 'machine_residual')
      made.set(name, segmentFeatureSet(segmentOf(stage.segment)));
    if (method === 'image' && stage.type === 'image_features') {
      const { encoder, tiles } = stage;
      made.set(name, [`${encoder.type}-…`, tilesText(tiles)].filter(Boolean).join('-'));
      fits ||= mayMake(encoder.type, tilesText(tiles), featureSet);
    }
  }
  if (made.size === 0 || fits || [...made.values()].includes(featureSet)) return;
  const stages = [...made].map(([name, set]) => `${name} makes ${set}`).join(', ');
  throw new PlantsenseError(
    'FEATURES_MISMATCH',
    `Model ${version} takes tensors of the feature set ${featureSet}, and would score nothing in this topology: ${stages}.`,
  );
}

/** Whether the kind and the tiles are those; which weights an encoder has is known when it is open. */
function mayMake(type: string, tiles: string, featureSet: string): boolean {
  const [, kind, cut = ''] = /^(.*?)(?:-(tiles\d+x\d+-\w+))?$/.exec(featureSet) ?? [];
  return !!kind?.startsWith(`${type}-`) && cut === tiles;
}

/** As in the id of an encoder. */
function tilesText({ rows, columns, pool }: NonNullable<EncoderOptions['tiles']>): string {
  return rows * columns === 1 ? '' : `tiles${rows}x${columns}-${pool}`;
}
