import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { PlantsenseError } from '../../errors.js';
import { copyWeights } from '../conv-sdae/copy-weights.js';
import {
  loadNetwork,
  type ModelFiles,
  modelFile,
  networkFiles,
  parseJson,
} from '../conv-sdae/network-files.js';
import type * as tf from '../tf.js';
import {
  checkArchitecture,
  RESIDUAL_WIDTH_NAMES,
  type ResidualArchitecture,
  widthOf,
} from './architecture.js';
import { buildNetwork } from './build-network.js';
import { originSchema, type ResidualOrigin } from './origin.js';

const CARD = 'residual.json';
const NETWORK = 'network';
const WEIGHTS = `${NETWORK}.weights.bin`;

const positiveInt = z.number().int().positive();
const convolutions = z.array(
  z.strictObject({
    kernelSize: positiveInt,
    strides: z.tuple([positiveInt, positiveInt]),
    maps: positiveInt,
  }),
);
const cardSchema = z.strictObject({
  format: z.literal(1),
  width: z.enum(RESIDUAL_WIDTH_NAMES).nullable(),
  architecture: z.strictObject({
    shape: z.tuple([positiveInt, positiveInt]),
    encoder: convolutions,
    decoder: convolutions,
  }),
  origin: originSchema,
  weightsSha256: z.string(),
});

/** What the files of a residual auto-encoder hold. */
export interface ResidualContent {
  readonly network: tf.LayersModel;
  readonly architecture: ResidualArchitecture;
  readonly origin: ResidualOrigin;
}

export async function residualFiles({ network, architecture, origin }: ResidualContent) {
  const files = await networkFiles(NETWORK, network);
  const weightsSha256 = sha256(files.get(WEIGHTS)!);
  // Parsed, it has the order of the schema: the same card gives the same bytes, read or made.
  const card = cardSchema.parse({
    format: 1,
    width: widthOf(architecture),
    architecture,
    origin,
    weightsSha256,
  });
  return files.set(CARD, Buffer.from(`${JSON.stringify(card, null, 2)}\n`));
}

/**
 * The network is built as the card says and takes the file's weights: what it computes depends on the card alone.
 * @throws PlantsenseError MODEL_INVALID
 */
export async function loadResidual(
  files: ModelFiles,
  expected?: ResidualArchitecture,
): Promise<ResidualContent> {
  const { architecture, origin, weightsSha256 } = readCard(files, expected);
  if (sha256(modelFile(files, WEIGHTS)) !== weightsSha256)
    throw new PlantsenseError('MODEL_INVALID', `${WEIGHTS} is not what ${CARD} says: it is damaged.`);
  const read = await loadNetwork(NETWORK, files);
  const network = buildNetwork(architecture);
  try {
    copyWeights(
      read,
      network,
      network.layers.map(({ name }) => [name, name]),
    );
    return { network, architecture, origin };
  } catch (cause) {
    network.dispose();
    throw new PlantsenseError('MODEL_INVALID', `The weights don't fit ${CARD}: ${String(cause)}`, { cause });
  } finally {
    read.dispose();
  }
}

function readCard(files: ModelFiles, expected?: ResidualArchitecture) {
  const card = cardSchema.safeParse(parseJson(files, CARD));
  if (!card.success) {
    const [issue] = card.error.issues;
    throw new PlantsenseError('MODEL_INVALID', `${CARD}: ${issue?.path.join('.')}: ${issue?.message}.`);
  }
  const { architecture, width } = card.data;
  try {
    checkArchitecture(architecture);
  } catch (cause) {
    throw new PlantsenseError('MODEL_INVALID', `${CARD}: ${String(cause)}`, { cause });
  }
  if (width !== widthOf(architecture))
    throw new PlantsenseError('MODEL_INVALID', `${CARD}: its layers are not of the width ${width}.`);
  if (expected && !isDeepStrictEqual(architecture, expected))
    throw new PlantsenseError(
      'MODEL_INVALID',
      `The model's width is ${width ?? 'its own'}, ${widthOf(expected) ?? 'another'} is wanted.`,
    );
  return card.data;
}

/** SHA-256 of a network's weights, as {@link residualFiles} writes them. */
export async function hashWeights(network: tf.LayersModel): Promise<string> {
  return sha256((await networkFiles(NETWORK, network)).get(WEIGHTS)!);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
