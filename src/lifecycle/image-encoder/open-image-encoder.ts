import type { Report } from '../../nn/backend/set-up/progress.js';
import { TiledEncoder } from '../../vision/encoders/tiled-encoder.js';
import type { ImageEncoder } from '../../vision/image-encoder.js';
import { TextureEncoder } from '../../vision/texture/texture-encoder.js';
import type { EncoderOptions } from './encoder-options.js';
import { openConvSdaeEncoder } from './open-conv-sdae-encoder.js';
import { openKerasEncoder } from './open-keras-encoder.js';
import { openTfjsEncoder } from './open-tfjs-encoder.js';

export interface OpenEncoderContext {
  /** Takes progress of what is fetched, line by line. */
  readonly report: Report;
  readonly signal?: AbortSignal;
  /** Default: that of the process. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Opens what makes features of pictures. Published weights are fetched on the first use, once a machine.
 *
 * The id says what made the features, `resnet50-4d473c1d` for instance: the kind, the beginning of the weight file's MD5,
 * then the layer and the tiling where they are not the default.
 *
 * @throws PlantsenseError WEIGHTS_UNAVAILABLE, WEIGHTS_CORRUPT, WEIGHTS_INVALID, FILE_NOT_FOUND, PARAMETER_INVALID, and
 *   those of the tensor backend
 */
export async function openImageEncoder(
  options: EncoderOptions,
  { report, signal, env = process.env }: OpenEncoderContext,
): Promise<ImageEncoder> {
  const encoder = await openWhole(options, { report, env, ...(signal ? { signal } : {}) });
  const { tiles } = options;
  if (!tiles || tiles.rows * tiles.columns === 1) return encoder;
  return new TiledEncoder(encoder, { rows: tiles.rows, columns: tiles.columns }, tiles.pool);
}

async function openWhole(
  options: EncoderOptions,
  context: OpenEncoderContext & { readonly env: NodeJS.ProcessEnv },
): Promise<ImageEncoder> {
  switch (options.type) {
    case 'tfjs':
      return await openTfjsEncoder(options, context);
    case 'texture':
      return new TextureEncoder();
    case 'conv-sdae':
      return await openConvSdaeEncoder(options.path, context);
    default:
      return await openKerasEncoder(options, context);
  }
}
