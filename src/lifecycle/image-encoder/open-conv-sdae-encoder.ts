import { z } from 'zod';
import { PlantsenseError } from '../../errors.js';
import { openBackend } from '../../nn/backend/open-backend.js';
import type { Report } from '../../nn/backend/set-up/progress.js';
import { loadEncoder } from '../../nn/conv-sdae/encoder-files.js';
import { ConvSdaeImageEncoder } from '../../vision/encoders/conv-sdae-image-encoder.js';
import type { Artefact } from '../artefact.js';
import { readModelDirectory } from '../model-directory.js';
import { ENCODER_KIND, ENCODER_METHOD } from './train-image-encoder.js';

const detailsSchema = z.strictObject({
  sizePx: z.number().int().positive(),
  latentDim: z.number().int().positive(),
});

/**
 * Opens an encoder that `train encoder` wrote to a directory. Its files are checked against the card's checksums; its id is
 * `conv-sdae-` and the hash of them all.
 * @throws PlantsenseError MODEL_NOT_FOUND, MODEL_INVALID, and those of the tensor backend
 */
export async function openConvSdaeEncoder(
  path: string,
  { report }: { readonly report?: Report } = {},
): Promise<ConvSdaeImageEncoder> {
  const artefact = await readModelDirectory(path);
  checkKind(artefact, path);
  await openBackend(report ? { report } : {});
  return encoderOf(artefact);
}

/** The encoder of an artefact; the tensor backend is open. @throws PlantsenseError MODEL_INVALID */
export async function encoderOf({ card, files }: Artefact): Promise<ConvSdaeImageEncoder> {
  const network = await loadEncoder(files);
  const { shape, latentDim } = network.architecture;
  const details = detailsSchema.safeParse(card.details);
  const { sizePx } = details.data ?? {};
  if (details.data?.latentDim === latentDim && shape.join() === [sizePx, sizePx, 1].join())
    return new ConvSdaeImageEncoder(`conv-sdae-${card.version.replace(/^.*-/, '')}`, network);
  network.dispose();
  throw new PlantsenseError(
    'MODEL_INVALID',
    `Encoder ${card.version} has a network for ${shape.join(' x ')}, other than its card says.`,
  );
}

function checkKind({ card: { method, kind, version } }: Artefact, path: string): void {
  if (method === ENCODER_METHOD && kind === ENCODER_KIND) return;
  throw new PlantsenseError(
    'MODEL_INVALID',
    `${path} holds ${version}, a ${kind} for ${method}, not an encoder of images: \`train encoder\` makes one.`,
  );
}
