import { z } from 'zod';
import { PlantsenseError } from '../../errors.js';
import { decodeNpy, encodeNpy } from '../../npy.js';
import { checkRows } from '../conv-sdae/check-rows.js';
import type { Encoder, Latents } from '../conv-sdae/encoder.js';
import { encoderFiles, loadEncoder } from '../conv-sdae/encoder-files.js';
import { type ModelFiles, modelFile, parseJson } from '../conv-sdae/network-files.js';
import { answerRows } from '../conv-sdae/padded-batches.js';
import { largestOfEachRow } from '../largest-of-each-row.js';
import * as tf from '../tf.js';
import type { RowSource } from '../training/row-source.js';
import { logSoftAssignment } from './soft-assignment.js';

export interface DecAssignments {
  readonly latents: Latents;
  /** q, `[rows, groups]`. */
  readonly responsibilities: Float32Array;
  /** Most probable group of each row. */
  readonly labels: Int32Array;
}

const CARD = 'dec.json';
const CENTROIDS = 'centroids.npy';

const cardSchema = z.strictObject({ format: z.literal(1), alpha: z.number().positive() });

/** Deep embedded clustering: an encoder, and centroids of groups among its latents. Its tensors live until {@link dispose}. */
export class Dec {
  readonly encoder: Encoder;
  /** `[groups, latentDim]` */
  readonly centroids: Float32Array;
  readonly alpha: number;

  constructor(encoder: Encoder, centroids: Float32Array, alpha: number) {
    this.encoder = encoder;
    this.centroids = centroids;
    this.alpha = alpha;
  }

  get groups(): number {
    return this.centroids.length / this.encoder.architecture.latentDim;
  }

  /** Latents of rows: what "DEC + k-means" groups. Throws as {@link Encoder.encode}. */
  encode(source: RowSource): Promise<Latents> {
    return this.encoder.encode(source);
  }

  /** Groups of rows. The bits don't depend on the rows beside. Throws as {@link encode}. */
  async assign(source: RowSource): Promise<DecAssignments> {
    const { architecture } = this.encoder;
    checkRows(source, architecture.shape);
    const cols = architecture.latentDim;
    const [data = new Float32Array(0), responsibilities = new Float32Array(0)] = await answerRows(
      source,
      x => {
        const [latents] = this.encoder.heads(this.encoder.prepare(x));
        const centroids = tf.tensor2d(this.centroids, [this.groups, cols]);
        return [latents!, tf.exp(logSoftAssignment(latents!, centroids, this.alpha))];
      },
    );
    const labels = largestOfEachRow(responsibilities, this.groups);
    return { latents: { data, rows: source.rows, cols }, responsibilities, labels };
  }

  async toFiles(): Promise<Map<string, Uint8Array>> {
    const files = await encoderFiles(this.encoder);
    const { latentDim } = this.encoder.architecture;
    files.set(CENTROIDS, encodeNpy(this.centroids, [this.groups, latentDim]));
    return files.set(CARD, Buffer.from(`${JSON.stringify({ format: 1, alpha: this.alpha }, null, 2)}\n`));
  }

  /** @throws PlantsenseError MODEL_INVALID, NPY_INVALID */
  static async fromFiles(files: ModelFiles): Promise<Dec> {
    const card = cardSchema.safeParse(parseJson(files, CARD));
    if (!card.success) throw new PlantsenseError('MODEL_INVALID', `${CARD} is not the card of a DEC model.`);
    const { data, shape } = decodeNpy(modelFile(files, CENTROIDS));
    const encoder = await loadEncoder(files);
    if (!(data instanceof Float32Array) || shape[1] !== encoder.architecture.latentDim) {
      encoder.dispose();
      throw new PlantsenseError('MODEL_INVALID', `${CENTROIDS} does not fit the encoder.`);
    }
    return new Dec(encoder, data, card.data.alpha);
  }

  dispose(): void {
    this.encoder.dispose();
  }
}
