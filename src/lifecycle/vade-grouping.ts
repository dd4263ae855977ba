import { DiagonalMixture } from '../cluster/diagonal-mixture.js';
import { PlantsenseError } from '../errors.js';
import type { Encoder, Latents } from '../nn/conv-sdae/encoder.js';
import type { RowSource } from '../nn/training/row-source.js';
import { GaussianMixturePrior } from '../nn/vade/gaussian-mixture-prior.js';
import { Vade } from '../nn/vade/vade.js';
import type { Artefact } from './artefact.js';
import { mixtureScores } from './conv-sdae-grouping.js';
import type { GroupScores, LatentGrouping } from './latent-grouping.js';

/** A VaDE: the components of its prior are the groups. Rows are taken at the means of their latents. */
export class VadeGrouping implements LatentGrouping {
  readonly #vade: Vade;
  readonly #prior: DiagonalMixture;

  /** @throws PlantsenseError MODEL_INVALID when the prior is no mixture */
  constructor(vade: Vade) {
    const { weights, means, variances } = vade.prior;
    const matrix = (data: Float64Array) => ({ data, rows: vade.groups, cols: data.length / vade.groups });
    this.#vade = vade;
    try {
      this.#prior = new DiagonalMixture(weights, matrix(means), matrix(variances));
    } catch (cause) {
      throw new PlantsenseError('MODEL_INVALID', 'The prior of a VaDE model is no mixture.', { cause });
    }
  }

  /** @throws PlantsenseError MODEL_INVALID */
  static async open({ files }: Artefact): Promise<VadeGrouping> {
    const vade = await Vade.fromFiles(files);
    try {
      return new VadeGrouping(vade);
    } catch (error) {
      vade.dispose();
      throw error;
    }
  }

  get encoder(): Encoder {
    return this.#vade.network.encoder;
  }

  get groups(): number {
    return this.#vade.groups;
  }

  encode(source: RowSource): Promise<Latents> {
    return this.#vade.encode(source);
  }

  async score(source: RowSource): Promise<GroupScores> {
    return mixtureScores(await this.encode(source), this.#prior);
  }

  select(groups: Int32Array): VadeGrouping {
    const { values } = this.#vade.prior;
    const dims = values.means.length / this.groups;
    const take = (data: Float32Array, cols: number) =>
      Float32Array.from({ length: groups.length * cols }, (_, i) => {
        const group = groups[Math.floor(i / cols)]!;
        return data[group * cols + (i % cols)]!;
      });
    const prior = new GaussianMixturePrior({
      logits: take(values.logits, 1),
      means: take(values.means, dims),
      logVariances: take(values.logVariances, dims),
    });
    return new VadeGrouping(new Vade(this.#vade.network, prior, this.#vade.loss));
  }

  async toArtefact() {
    return { arrays: new Map(), networks: await this.#vade.toFiles() };
  }

  dispose(): void {
    this.#vade.dispose();
  }
}
