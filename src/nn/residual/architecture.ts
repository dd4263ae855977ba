import { isDeepStrictEqual } from 'node:util';
import { PlantsenseError } from '../../errors.js';
import { checkWhole } from '../training/training-options.js';

/** One convolution of the encoder, or one transposed convolution of the decoder. Padded: sides are divided by the strides. */
export interface Convolution {
  /** Side of the square kernel. */
  readonly kernelSize: number;
  readonly strides: readonly [height: number, width: number];
  /** Feature maps that it gives. */
  readonly maps: number;
}

/** What a residual auto-encoder is made of. */
export interface ResidualArchitecture {
  /** Of one segment: `[bins, columns]`. */
  readonly shape: readonly [bins: number, columns: number];
  readonly encoder: readonly Convolution[];
  /** Gives back the shape of a segment, in one map. */
  readonly decoder: readonly Convolution[];
}

/** From the widest on. */
export const RESIDUAL_WIDTH_NAMES = ['paper', 'small', 'tiny'] as const;

export type ResidualWidth = (typeof RESIDUAL_WIDTH_NAMES)[number];

/** Table A1: the encoder from its input on, and the decoder from its output backwards. */
const KERNEL_SIZES = [5, 5, 5, 5, 5, 4, 4, 4, 3, 3];
const STRIDES = [
  ...Array.from({ length: 5 }, () => [2, 1] as const),
  ...Array.from({ length: 5 }, () => [2, 2] as const),
];
const ENCODER_MAPS = [64, 64, 96, 96, 128, 128, 160, 160, 192, 192];
const DECODER_MAPS = [1, 64, 64, 96, 96, 128, 128, 160, 160, 192];

/** The network of Table A1 with its feature maps divided. */
function tableA1(divisor: number): ResidualArchitecture {
  const convolutions = (maps: readonly number[]) =>
    maps.map((count, i) => ({
      kernelSize: KERNEL_SIZES[i]!,
      strides: STRIDES[i]!,
      maps: Math.max(1, count / divisor),
    }));
  return {
    shape: [1024, 32],
    encoder: convolutions(ENCODER_MAPS),
    decoder: convolutions(DECODER_MAPS).reverse(),
  };
}

/**
 * - `paper`: 4,812,481 trainable parameters, 4.75 billion multiplications a segment.
 * - `small`: a quarter of its feature maps, 302,641 trainable parameters, for CPUs.
 * - `tiny`: an eighth, 76,281 trainable parameters, for many machines on one CPU: half the time of `small`.
 *
 * Source: Oh & Yun, "Residual error based anomaly detection using auto-encoder in SMD machine sound", 2018, Table A1.
 */
export const RESIDUAL_WIDTHS: Readonly<Record<ResidualWidth, ResidualArchitecture>> = {
  paper: tableA1(1),
  small: tableA1(4),
  tiny: tableA1(8),
};

/** The name of an architecture, null when it has none. */
export function widthOf(architecture: ResidualArchitecture): ResidualWidth | null {
  const widths = Object.keys(RESIDUAL_WIDTHS) as ResidualWidth[];
  return widths.find(width => isDeepStrictEqual(RESIDUAL_WIDTHS[width], architecture)) ?? null;
}

/** One layer of the network with what belongs to it. */
export interface Block extends Convolution {
  /** Of the convolution; its batch normalisation and ReLU are named after it. */
  readonly name: string;
  readonly isTransposed: boolean;
  /** Batch normalisation and ReLU follow: after each layer but the encoder's and the decoder's last. */
  readonly isNormalised: boolean;
}

/** The layers from the segment to its reconstruction. */
export function blocksOf({ encoder, decoder }: ResidualArchitecture): Block[] {
  const blocks = (convolutions: readonly Convolution[], isTransposed: boolean) =>
    convolutions.map((convolution, i) => ({
      ...convolution,
      name: `${isTransposed ? 'deconv' : 'conv'}${i + 1}`,
      isTransposed,
      isNormalised: i + 1 < convolutions.length,
    }));
  return [...blocks(encoder, false), ...blocks(decoder, true)];
}

/** @throws PlantsenseError PARAMETER_INVALID */
export function checkArchitecture(architecture: ResidualArchitecture): void {
  const [bins, columns] = architecture.shape;
  checkWhole('bins', bins);
  checkWhole('columns', columns);
  let sides: readonly number[] = [bins, columns];
  for (const { name, kernelSize, strides, maps, isTransposed } of blocksOf(architecture)) {
    checkWhole(`${name}.kernelSize`, kernelSize);
    checkWhole(`${name}.maps`, maps);
    for (const stride of strides) checkWhole(`${name}.strides`, stride);
    sides = sides.map((side, i) => (isTransposed ? side * strides[i]! : Math.ceil(side / strides[i]!)));
  }
  const maps = architecture.decoder.at(-1)?.maps;
  if (architecture.encoder.length === 0 || maps !== 1 || sides[0] !== bins || sides[1] !== columns)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The network makes ${maps ?? 0} maps of ${sides.join(' x ')} of segments of ${bins} x ${columns}.`,
    );
}
