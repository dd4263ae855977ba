import type { DiagonalMixture } from '../cluster/diagonal-mixture.js';
import { takeRows } from '../cluster/matrix.js';
import type { Encoder, Latents } from '../nn/conv-sdae/encoder.js';
import { Dec } from '../nn/dec/dec.js';
import type { RowSource } from '../nn/training/row-source.js';
import type { Artefact } from './artefact.js';
import { densityArrays, readDensity } from './latent-density.js';
import type { GroupScores, LatentGrouping } from './latent-grouping.js';

/**
 * A DEC. Its groups and their probabilities are its own, q. It has no density: the log-likelihood, and with it what is
 * novel, is that of a Gaussian mixture fitted to its latents afterwards, which has no say in the groups.
 */
export class DecGrouping implements LatentGrouping {
  readonly #dec: Dec;
  readonly #density: DiagonalMixture;

  constructor(dec: Dec, density: DiagonalMixture) {
    this.#dec = dec;
    this.#density = density;
  }

  /** @throws PlantsenseError MODEL_INVALID */
  static async open({ files, arrays }: Artefact): Promise<DecGrouping> {
    const dec = await Dec.fromFiles(files);
    try {
      return new DecGrouping(dec, readDensity(arrays, dec.encoder.architecture.latentDim));
    } catch (error) {
      dec.dispose();
      throw error;
    }
  }

  get encoder(): Encoder {
    return this.#dec.encoder;
  }

  get groups(): number {
    return this.#dec.groups;
  }

  encode(source: RowSource): Promise<Latents> {
    return this.#dec.encode(source);
  }

  async score(source: RowSource): Promise<GroupScores> {
    const { latents, responsibilities } = await this.#dec.assign(source);
    return {
      latents,
      logShares: Float64Array.from(responsibilities, Math.log),
      logLikelihood: this.#density.scoreSamples(latents),
    };
  }

  select(groups: Int32Array): DecGrouping {
    const { encoder, centroids, alpha } = this.#dec;
    const cols = encoder.architecture.latentDim;
    const taken = takeRows({ data: centroids, rows: this.groups, cols }, groups).data as Float32Array;
    return new DecGrouping(new Dec(encoder, taken, alpha), this.#density);
  }

  async toArtefact() {
    return { arrays: densityArrays(this.#density), networks: await this.#dec.toFiles() };
  }

  dispose(): void {
    this.#dec.dispose();
  }
}
