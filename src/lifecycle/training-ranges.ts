/**
 * What options of trainings may be, both ends included: commands and topologies take the same. The trainings themselves
 * take more.
 */
export const TRAINING_RANGES = {
  groups: [1, 1000],
  novelQuantile: [0, 0.5],
  seed: [0, 2 ** 32 - 1],
  latentDim: [1, 1024],
  /** Each of them. */
  filters: [1, 1024],
  epochs: [1, 100_000],
  steps: [1, 10_000_000],
  batchSize: [1, 4096],
  learningRate: [1e-7, 1],
  /** Share of the normal means that a machine's threshold calls normal. */
  normalQuantile: [0.5, 0.99999],
  /** Share of the abnormal means that it calls abnormal. */
  sensitivity: [0.01, 1],
  /** Share of the recordings that something is told by. */
  share: [0.01, 0.9],
} as const satisfies Record<string, readonly [min: number, max: number]>;
