import type { DiagonalMixture } from '../cluster/diagonal-mixture.js';
import { logSumExp } from '../cluster/log-sum-exp.js';
import { ConvSdae } from '../nn/conv-sdae/conv-sdae.js';
import type { Encoder, Latents } from '../nn/conv-sdae/encoder.js';
import type { RowSource } from '../nn/training/row-source.js';
import type { Artefact } from './artefact.js';
import { densityArrays, readDensity } from './latent-density.js';
import type { GroupScores, LatentGrouping } from './latent-grouping.js';
import { selectComponents } from './noise-density.js';

/** A Gaussian mixture on the latents of a Conv-SDAE: its components are the groups. */
export class ConvSdaeGrouping implements LatentGrouping {
  readonly #network: ConvSdae;
  readonly #mixture: DiagonalMixture;

  constructor(network: ConvSdae, mixture: DiagonalMixture) {
    this.#network = network;
    this.#mixture = mixture;
  }

  /** @throws PlantsenseError MODEL_INVALID */
  static async open({ files, arrays }: Artefact): Promise<ConvSdaeGrouping> {
    const network = await ConvSdae.fromFiles(files);
    try {
      const mixture = readDensity(arrays, network.encoder.architecture.latentDim);
      return new ConvSdaeGrouping(network, mixture);
    } catch (error) {
      network.dispose();
      throw error;
    }
  }

  get encoder(): Encoder {
    return this.#network.encoder;
  }

  get groups(): number {
    return this.#mixture.nComponents;
  }

  encode(source: RowSource): Promise<Latents> {
    return this.#network.encode(source);
  }

  async score(source: RowSource): Promise<GroupScores> {
    return mixtureScores(await this.encode(source), this.#mixture);
  }

  select(groups: Int32Array): ConvSdaeGrouping {
    return new ConvSdaeGrouping(this.#network, selectComponents(this.#mixture, groups));
  }

  async toArtefact() {
    return { arrays: densityArrays(this.#mixture), networks: await this.#network.toFiles() };
  }

  dispose(): void {
    this.#network.dispose();
  }
}

/** How latents lie in a mixture whose components are the groups. */
export function mixtureScores(latents: Latents, mixture: DiagonalMixture): GroupScores {
  const { data: logShares, cols } = mixture.logJoint(latents);
  const logLikelihood = Float64Array.from({ length: latents.rows }, (_, row) =>
    logSumExp(logShares, row * cols, cols),
  );
  return { latents, logShares, logLikelihood };
}
