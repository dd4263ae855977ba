import type { Artefact } from './artefact.js';
import { ConvSdaeGrouping } from './conv-sdae-grouping.js';
import { DecGrouping } from './dec-grouping.js';
import type { LatentGrouping } from './latent-grouping.js';
import type { DeepKind } from './noise-kind.js';
import { VadeGrouping } from './vade-grouping.js';

/**
 * The network and the groups in an artefact.
 * @throws PlantsenseError MODEL_INVALID
 */
export function openLatentGrouping(kind: DeepKind, artefact: Artefact): Promise<LatentGrouping> {
  if (kind === 'vade') return VadeGrouping.open(artefact);
  return kind === 'dec' ? DecGrouping.open(artefact) : ConvSdaeGrouping.open(artefact);
}
