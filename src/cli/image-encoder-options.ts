import { type Command, InvalidArgumentError } from 'commander';
import { PlantsenseError } from '../errors.js';
import type { EncoderOptions } from '../lifecycle/image-encoder/encoder-options.js';
import { PREPROCESSINGS, type Preprocessing } from '../vision/encoders/preprocessing.js';
import { TILE_POOLINGS, type TilePooling } from '../vision/encoders/tile-pooling.js';
import { choice, parsed, wholeNumber } from './new-command.js';

const ENCODERS = [
  ...['texture', 'vgg16', 'resnet50', 'inceptionv3', 'efficientnetb7', 'tfjs', 'conv-sdae'],
] as const;

export interface EncoderFlags {
  readonly encoder?: EncoderOptions['type'];
  readonly weights?: string;
  readonly layer?: string;
  readonly model?: string;
  readonly preprocess?: Preprocessing;
  readonly sizePx?: number;
  readonly tiles?: { readonly rows: number; readonly columns: number };
  readonly pool?: TilePooling;
  readonly skipUnreadable?: boolean;
}

/** Which flags an encoder takes, besides those of tiles. */
const TAKES: Readonly<Record<EncoderOptions['type'], readonly (keyof EncoderFlags)[]>> = {
  texture: [],
  vgg16: ['weights', 'layer'],
  resnet50: ['weights', 'layer'],
  inceptionv3: ['weights', 'layer'],
  efficientnetb7: ['weights', 'layer'],
  tfjs: ['model', 'layer', 'preprocess', 'sizePx'],
  'conv-sdae': ['model'],
};

/** How each flag is written. */
const WRITTEN: Readonly<Partial<Record<keyof EncoderFlags, string>>> = {
  ...{ weights: '--weights', layer: '--layer', model: '--model', preprocess: '--preprocess' },
  ...{ sizePx: '--size-px', tiles: '--tiles', pool: '--pool', skipUnreadable: '--skip-unreadable' },
};

/**
 * Adds the options of an encoder of images.
 * @param modelAbout what `--model` is, where it has other uses too
 */
export function withEncoderOptions(command: Command, modelAbout = 'model of tfjs and conv-sdae'): Command {
  return command
    .addOption(
      choice(
        '--encoder <name>',
        'what makes features of images: texture needs no weights; the four networks of Keras take weights of ImageNet; tfjs is any model in that format; conv-sdae is one of your own',
        ENCODERS,
      ),
    )
    .option('--weights <file>', "HDF5 file of a network's weights (default: fetched once, and kept)")
    .option(
      '--layer <name>',
      "layer of a network whose outputs are the features (default: the network's last one)",
    )
    .option('--model <path>', modelAbout)
    .addOption(
      choice(
        '--preprocess <kind>',
        'what tfjs takes: -1..1, BGR less means, 0..1, or 0..255 (none)',
        PREPROCESSINGS,
      ),
    )
    .addOption(parsed('--size-px <pixels>', 'height and width that tfjs takes', wholeNumber(1, 10_000)))
    .addOption(
      parsed('--tiles <RxC>', 'cut each image into rows and columns of tiles, as 1x4 for a strip', tileGrid),
    )
    .addOption(choice('--pool <kind>', 'how features of tiles become one (mean)', TILE_POOLINGS))
    .option(
      '--skip-unreadable',
      'leave out images that can not be read, instead of stopping before any is encoded',
    );
}

/** For an option's text: rows and columns of tiles. */
export function tileGrid(text: string): { rows: number; columns: number } {
  const [, rows, columns] = /^(\d{1,2})x(\d{1,2})$/.exec(text) ?? [];
  if (Number(rows) >= 1 && Number(columns) >= 1) return { rows: Number(rows), columns: Number(columns) };
  throw new InvalidArgumentError('It must be rows x columns, such as 1x4, at most 99x99.');
}

/**
 * The encoder that is asked for.
 * @throws PlantsenseError USAGE_INVALID without an encoder, and for flags that it doesn't take
 */
export function encoderOptionsOf(flags: EncoderFlags): EncoderOptions {
  const { encoder: type, weights = null, layer = null, model, tiles, pool } = flags;
  if (!type)
    throw new PlantsenseError(
      'USAGE_INVALID',
      'Images need an encoder: --encoder texture needs nothing else.',
    );
  for (const name of new Set(Object.values(TAKES).flat()))
    if (flags[name] !== undefined && !TAKES[type].includes(name))
      throw new PlantsenseError('USAGE_INVALID', `${WRITTEN[name]} is no option of the encoder ${type}.`);
  if (pool && !tiles) throw new PlantsenseError('USAGE_INVALID', '--pool needs --tiles.');
  const cut = tiles ? { tiles: { ...tiles, pool: pool ?? ('mean' as const) } } : {};
  switch (type) {
    case 'texture':
      return { type, ...cut };
    case 'tfjs': {
      const { preprocess, sizePx = null } = flags;
      if (!preprocess)
        throw new PlantsenseError(
          'USAGE_INVALID',
          'A tfjs model does not say what it takes: give --preprocess tf (-1..1, as MobileNet), caffe, unit (0..1) or none (0..255).',
        );
      return { type, path: needed(model, type), layer, preprocess, sizePx, ...cut };
    }
    case 'conv-sdae':
      return { type, path: needed(model, type), ...cut };
    default:
      return { type, weights, layer, ...cut };
  }
}

function needed(model: string | undefined, type: string): string {
  if (model !== undefined) return model;
  throw new PlantsenseError('USAGE_INVALID', `The encoder ${type} needs --model.`);
}

/**
 * Refuses flags of an encoder where there are no images.
 * @throws PlantsenseError USAGE_INVALID
 */
export function checkNoEncoder(
  flags: EncoderFlags,
  what: string,
  allowed: readonly (keyof EncoderFlags)[] = [],
): void {
  for (const [name, written] of Object.entries({ ...WRITTEN, encoder: '--encoder' }))
    if (flags[name as keyof EncoderFlags] !== undefined && !allowed.includes(name as keyof EncoderFlags))
      throw new PlantsenseError('USAGE_INVALID', `${written} is an option of images; ${what}.`);
}
