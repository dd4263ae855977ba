import { PlantsenseError } from '../../errors.js';
import {
  DEC_BATCH,
  decSteps,
  epochsOf,
  type NetworkOptions,
  type NetworkSettings,
  networkSettings,
} from '../network-options.js';
import { BASELINE_METHODS, BASELINES, type BaselineSpace, isBaseline } from './baseline-methods.js';
import { COMPONENTS } from './principal-components.js';

/** The paper's methods, more baselines, and k-means on what the Conv-SDAE gives, from which DEC and VaDE go on. */
export const BENCHMARK_METHODS = [
  ...BASELINE_METHODS,
  'conv-sdae+kmeans',
  'dec+kmeans',
  'dec',
  'vade-seed',
  'vade-elbo',
] as const;

export type BenchmarkMethod = (typeof BENCHMARK_METHODS)[number];

/** Of the networks; VaDE's loss is the method's, and nothing is held out: indices are of all recordings. */
export type BenchmarkNetwork = Omit<NetworkOptions, 'loss' | 'heldOutShare'>;

export interface BenchmarkOptions {
  readonly methods: readonly BenchmarkMethod[];
  /** Number of groups. */
  readonly k: number;
  /** Runs of each method. Default 10. */
  readonly runs?: number;
  /** Of the first run; each run after has the next one. Default 1. */
  readonly seed?: number;
  readonly network?: BenchmarkNetwork;
}

export interface BenchmarkSettings extends Omit<Required<BenchmarkOptions>, 'network'> {
  readonly network: Omit<NetworkSettings, 'loss' | 'heldOutShare'>;
}

/** @throws PlantsenseError PARAMETER_INVALID */
export function benchmarkSettings(options: BenchmarkOptions): BenchmarkSettings {
  const { methods, k, runs = 10, seed = 1 } = options;
  for (const [name, value, min] of [
    ['k', k, 2],
    ['runs', runs, 1],
    ['seed', seed, 0],
    ['the number of methods', methods.length, 1],
  ] as const)
    if (!Number.isSafeInteger(value) || value < min)
      throw new PlantsenseError('PARAMETER_INVALID', `${name} must be an integer from ${min}, not ${value}.`);
  const { loss: _loss, heldOutShare: _heldOut, ...network } = networkSettings(options.network);
  // In the order of the paper's table, each once.
  const ordered = BENCHMARK_METHODS.filter(method => methods.includes(method));
  return { methods: ordered, k, runs, seed, network };
}

export function isNetwork(method: BenchmarkMethod): boolean {
  return !isBaseline(method);
}

/** What a method groups recordings in; latents are those of its network. */
export function methodSpace(method: BenchmarkMethod): BaselineSpace | 'latent' {
  return isBaseline(method) ? BASELINES[method].space : 'latent';
}

/**
 * What a result depends on besides recordings and seed: only the same may stand in one table.
 * @param rows number of recordings, by which `auto` chooses
 */
export function methodOptions(method: BenchmarkMethod, { k, network }: BenchmarkSettings, rows: number) {
  if (!isNetwork(method)) return methodSpace(method) === 'pca' ? { k, components: COMPONENTS } : { k };
  const { epochs, pretrainEpochs, batchSize, ...rest } = network;
  const own = method.startsWith('vade')
    ? { epochs: epochsOf(epochs, rows, batchSize) }
    : method.startsWith('dec')
      ? { maxSteps: decSteps(epochs, rows) }
      : {};
  return { k, ...rest, batchSize, pretrainEpochs: epochsOf(pretrainEpochs, rows, batchSize), ...own };
}

/** What each part of a run costs, in rows that go through the whole network; for telling the time that is left. */
export function costs({ network }: BenchmarkSettings, rows: number) {
  const { pretrainEpochs, epochs, batchSize } = network;
  return {
    pretraining: rows * epochsOf(pretrainEpochs, rows, batchSize),
    // Without a decoder a row costs half as much.
    dec: (decSteps(epochs, rows) * Math.min(DEC_BATCH, rows)) / 2,
    vade: rows * epochsOf(epochs, rows, batchSize),
    clustering: rows,
  };
}
