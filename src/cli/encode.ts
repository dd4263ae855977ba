import type { Command } from 'commander';
import { PlantsenseError } from '../errors.js';
import type { Cli } from './cli.js';
import { checkNoEncoder, type EncoderFlags, withEncoderOptions } from './image-encoder-options.js';
import { type JsonOption, newCommand } from './new-command.js';

export interface EncodeFlags extends JsonOption, EncoderFlags {
  readonly out: string;
  readonly names?: string;
  readonly topology?: string;
}

const ABOUT = `What an encoder makes of images, or a noise model of events, as an array with a row for each.

With --encoder it takes images: JPEG, PNG, TIFF and BMP, grey or colour, 8 or 16 bits. What is encoded is kept while it is at work, so that the same command goes on after an interruption.

Without --encoder it takes events, and --model is the directory of a model of train noise: the array has the latents of a network, or the standardised features of a mixture. Events are recordings, one a file, or a .npy file of spectrograms.`;

export function encodeCommand(cli: Cli): Command {
  const command = newCommand(
    'encode',
    ABOUT,
    'encode strip-images/ --encoder texture --out features.npy --names images.csv',
  )
    .argument(
      '<in...>',
      'images or recordings (WAV, FLAC, Ogg Vorbis) or directories of them, in this order; or one .npy file of spectrograms, float32 [n, bands, frames]',
    )
    .requiredOption('-o, --out <file>', 'where to write the array (.npy, float32 [n, dimensions])');
  withEncoderOptions(
    command,
    'for events the directory of a model: of `train noise --out`, or a version in the data directory; for images the model of tfjs and conv-sdae',
  );
  return command
    .option(
      '--names <file>',
      'where to write which image is in which row, with its folder as near-label (.csv); or the paths alone (.txt)',
    )
    .option(
      '-t, --topology <file>',
      'for events, where the options of the spectrograms are, for a model whose card does not have them; else they must agree',
    )
    .action(async (inputs: string[], flags: EncodeFlags) => {
      if (flags.encoder !== undefined) {
        if (flags.topology !== undefined)
          throw new PlantsenseError(
            'USAGE_INVALID',
            '--topology is an option of events; with --encoder it takes images.',
          );
        const { encodeImages } = await import('./encode-images.js');
        await encodeImages(cli, inputs, flags);
        return;
      }
      const { model, names } = flags;
      if (model === undefined)
        throw new PlantsenseError('USAGE_INVALID', 'Give --encoder for images, or --model for events.');
      if (names !== undefined)
        throw new PlantsenseError(
          'USAGE_INVALID',
          '--names is an option of images; without --encoder it takes events.',
        );
      checkNoEncoder(flags, 'without --encoder it takes events', ['model']);
      const { encodeEvents } = await import('./encode-events.js');
      await encodeEvents(cli, inputs, { ...flags, model });
    });
}
