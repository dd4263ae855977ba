import { checkRows } from '../conv-sdae/check-rows.js';
import type { ModelFiles } from '../conv-sdae/network-files.js';
import type * as tf from '../tf.js';
import type { RowSource } from '../training/row-source.js';
import type { ResidualArchitecture } from './architecture.js';
import { blockVariables } from './block-variables.js';
import { FoldedNetwork } from './folded-network.js';
import type { ResidualOrigin } from './origin.js';
import { loadResidual, residualFiles } from './residual-files.js';
import { type Residuals, scoreSegments } from './score-segments.js';

/** 64 bins each of Table A1's segments, some 510 Hz. */
const DEFAULT_BANDS = 16;

/**
 * Convolutional auto-encoder that has learnt a machine's normal sound: what it reconstructs badly is not normal. Its
 * tensors live until {@link dispose}.
 *
 * Source: Oh & Yun, "Residual error based anomaly detection using auto-encoder in SMD machine sound", 2018.
 */
export class ResidualAutoEncoder {
  readonly network: tf.LayersModel;
  readonly architecture: ResidualArchitecture;
  readonly origin: ResidualOrigin;
  /** Made when it is first needed: a training only hands its network on. */
  #folded: FoldedNetwork | null = null;

  constructor(network: tf.LayersModel, architecture: ResidualArchitecture, origin: ResidualOrigin) {
    this.network = network;
    this.architecture = architecture;
    this.origin = origin;
  }

  /**
   * Residuals of segments, each with mean 0 and variance 1. A segment's are the same bits whatever segments are beside it.
   * @param bands of equal height, for which residuals are given too; must divide the bins
   * @throws PlantsenseError MATRIX_INVALID for segments of another shape; PARAMETER_INVALID
   */
  async score(
    source: RowSource,
    { bands = DEFAULT_BANDS }: { readonly bands?: number } = {},
  ): Promise<Residuals> {
    checkRows(source, this.architecture.shape);
    const folded = this.#fold();
    return await scoreSegments(source, x => folded.apply(x), bands);
  }

  #fold(): FoldedNetwork {
    this.#folded ??= new FoldedNetwork(blockVariables(this.network, this.architecture));
    return this.#folded;
  }

  /** Files by name: `residual.json` says what it is, the network lies beside it in TensorFlow.js's layers format. */
  toFiles(): Promise<Map<string, Uint8Array>> {
    return residualFiles(this);
  }

  /**
   * @param expected refuses a model of another architecture
   * @throws PlantsenseError MODEL_INVALID
   */
  static async fromFiles(files: ModelFiles, expected?: ResidualArchitecture): Promise<ResidualAutoEncoder> {
    const { network, architecture, origin } = await loadResidual(files, expected);
    return new ResidualAutoEncoder(network, architecture, origin);
  }

  dispose(): void {
    this.network.dispose();
    this.#folded?.dispose();
    this.#folded = null;
  }
}
