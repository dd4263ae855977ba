import type { FitNoiseOptions } from '../lifecycle/fit-noise-options.js';
import type { NetworkOptions } from '../lifecycle/network-options.js';
import type { NoiseKind } from '../lifecycle/noise-kind.js';

/** The `model` of a learning stage. What only some types take is there for those only. */
export interface NoiseModelOptions extends Omit<NetworkOptions, 'heldOutShare'> {
  readonly type: NoiseKind;
  readonly groups: number | 'auto';
  readonly minGroups: number;
  readonly maxGroups: number;
  readonly novelQuantile: number;
  readonly seed: number;
}

/** The same for a fit. */
export function fitOptionsOf(model: NoiseModelOptions): Omit<FitNoiseOptions, 'sequence'> {
  const {
    type: kind,
    groups,
    minGroups,
    maxGroups,
    novelQuantile: noveltyQuantile,
    seed,
    ...network
  } = model;
  return { kind, groups, minGroups, maxGroups, noveltyQuantile, seed, network };
}
