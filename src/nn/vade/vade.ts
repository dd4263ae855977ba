import { z } from 'zod';
import { PlantsenseError } from '../../errors.js';
import { decodeNpy, encodeNpy } from '../../npy.js';
import { ConvSdae } from '../conv-sdae/conv-sdae.js';
import type { Latents } from '../conv-sdae/encoder.js';
import { type ModelFiles, modelFile, parseJson } from '../conv-sdae/network-files.js';
import type { RowSource } from '../training/row-source.js';
import { GaussianMixturePrior, type PriorScores } from './gaussian-mixture-prior.js';

export interface VadeAssignments extends PriorScores {
  readonly latents: Latents;
}

/** Which loss a VaDE is trained with: the noise paper's (`seed`), or the evidence lower bound. */
export type VadeLoss = 'seed' | 'elbo';

const CARD = 'vade.json';
const LOGITS = 'prior-logits.npy';
const MEANS = 'prior-means.npy';
const LOG_VARIANCES = 'prior-log-variances.npy';

const cardSchema = z.strictObject({ format: z.literal(1), loss: z.enum(['seed', 'elbo']) });

/**
 * Variational deep embedding: an encoder that gives each row a normal distribution of latents, a decoder, and a mixture
 * that the latents are drawn from. Its tensors live until {@link dispose}.
 */
export class Vade {
  /** Encoder, whose first head gives the means, and decoder. */
  readonly network: ConvSdae;
  readonly prior: GaussianMixturePrior;
  readonly loss: VadeLoss;

  constructor(network: ConvSdae, prior: GaussianMixturePrior, loss: VadeLoss) {
    this.network = network;
    this.prior = prior;
    this.loss = loss;
  }

  get groups(): number {
    return this.prior.groups;
  }

  /** Means of the rows' latents. Throws as `Encoder.encode`. */
  encode(source: RowSource): Promise<Latents> {
    return this.network.encode(source);
  }

  /** Groups of rows, taken at the means of their latents. The bits don't depend on the rows beside. Throws as {@link encode}. */
  async assign(source: RowSource): Promise<VadeAssignments> {
    const latents = await this.encode(source);
    return { latents, ...this.prior.score(latents) };
  }

  async toFiles(): Promise<Map<string, Uint8Array>> {
    const { logits, means, logVariances } = this.prior.values;
    const shape = [this.groups, means.length / this.groups];
    const files = await this.network.toFiles();
    files.set(LOGITS, encodeNpy(logits));
    files.set(MEANS, encodeNpy(means, shape));
    files.set(LOG_VARIANCES, encodeNpy(logVariances, shape));
    return files.set(CARD, Buffer.from(`${JSON.stringify({ format: 1, loss: this.loss }, null, 2)}\n`));
  }

  /** @throws PlantsenseError MODEL_INVALID, NPY_INVALID */
  static async fromFiles(files: ModelFiles): Promise<Vade> {
    const card = cardSchema.safeParse(parseJson(files, CARD));
    if (!card.success) throw new PlantsenseError('MODEL_INVALID', `${CARD} is not the card of a VaDE model.`);
    const array = (name: string) => decodeNpy(modelFile(files, name)).data;
    const [logits, means, logVariances] = [LOGITS, MEANS, LOG_VARIANCES].map(array);
    const network = await ConvSdae.fromFiles(files);
    const size = network.encoder.architecture.latentDim * (logits?.length ?? 0);
    if (
      logits instanceof Float32Array &&
      means instanceof Float32Array &&
      logVariances instanceof Float32Array &&
      size > 0 &&
      means.length === size &&
      logVariances.length === size
    )
      return new Vade(network, new GaussianMixturePrior({ logits, means, logVariances }), card.data.loss);
    network.dispose();
    throw new PlantsenseError('MODEL_INVALID', 'The prior of a VaDE model does not fit its encoder.');
  }

  dispose(): void {
    this.network.dispose();
  }
}
