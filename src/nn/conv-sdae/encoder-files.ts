import { z } from 'zod';
import { PlantsenseError } from '../../errors.js';
import { Encoder } from './encoder.js';
import { loadNetwork, type ModelFiles, networkFiles, parseJson } from './network-files.js';

const CARD = 'encoder.json';

const positiveInt = z.number().int().positive();
const cardSchema = z.strictObject({
  format: z.literal(1),
  architecture: z.strictObject({
    shape: z.array(positiveInt),
    filters: z.array(positiveInt),
    latentDim: positiveInt,
  }),
  normalisation: z.strictObject({ mean: z.number(), std: z.number().positive() }),
});

/** An encoder as files: `encoder.json` says what it takes and gives, the network lies beside it. */
export async function encoderFiles({
  network,
  architecture,
  normalisation,
}: Encoder): Promise<Map<string, Uint8Array>> {
  const files = await networkFiles('encoder', network);
  const card = { format: 1, architecture, normalisation };
  return files.set(CARD, Buffer.from(`${JSON.stringify(card, null, 2)}\n`));
}

/** @throws PlantsenseError MODEL_INVALID */
export async function loadEncoder(files: ModelFiles): Promise<Encoder> {
  const card = cardSchema.safeParse(parseJson(files, CARD));
  if (!card.success) {
    const [issue] = card.error.issues;
    throw new PlantsenseError('MODEL_INVALID', `${CARD}: ${issue?.path.join('.')}: ${issue?.message}.`);
  }
  const { architecture, normalisation } = card.data;
  return new Encoder(await loadNetwork('encoder', files), architecture, normalisation);
}
