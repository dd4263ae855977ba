import { PlantsenseError } from '../errors.js';
import type { Image } from './image.js';
import { checkImageSize, type ImageLimits } from './image-limits.js';

/** Where the info header starts, after the file's own header. */
const INFO = 14;
const BI_RGB = 0;
const BI_BITFIELDS = 3;
/** Bit masks of red, green and blue in a pixel of 32 bits that is stored as blue, green, red, unused. */
const BGRX = [0xff0000, 0xff00, 0xff];

interface Header {
  readonly width: number;
  readonly height: number;
  /** The first row of the file is the lowest of the picture. */
  readonly bottomUp: boolean;
  readonly bitsPerPixel: number;
  /** Blue, green, red, unused of each colour; empty when pixels are colours themselves. */
  readonly palette: Uint8Array;
  /** Bytes of a row, padded to a multiple of 4. */
  readonly rowBytes: number;
  readonly pixelsAt: number;
}

/**
 * Decodes a Windows bitmap of 1, 4 or 8 bits with a palette, or of 24 or 32 bits, without compression. A palette of greys
 * only gives a grey picture. Like PIL, the fourth byte of 32 bits is ignored. libvips, as sharp ships it, has no BMP.
 *
 * @throws PlantsenseError IMAGE_FORMAT_UNSUPPORTED for the rest of the format's kinds, IMAGE_INVALID when the file is cut
 *   short or contradicts itself, IMAGE_TOO_LARGE
 */
export function decodeBmp(bytes: Uint8Array, limits: ImageLimits): Image {
  const header = parseHeader(bytes, limits);
  return header.palette.length > 0 ? indexedPixels(bytes, header) : colourPixels(bytes, header);
}

function parseHeader(bytes: Uint8Array, limits: ImageLimits): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < INFO + 40) throw cutShort('in its header');
  const pixelsAt = view.getUint32(10, true);
  const infoBytes = view.getUint32(INFO, true);
  if (infoBytes < 40) throw unsupported(`with a header of ${infoBytes} bytes (OS/2)`);
  const width = view.getInt32(INFO + 4, true);
  const signedHeight = view.getInt32(INFO + 8, true);
  const height = Math.abs(signedHeight);
  checkImageSize(width, height, limits);
  const bitsPerPixel = view.getUint16(INFO + 14, true);
  if (![1, 4, 8, 24, 32].includes(bitsPerPixel)) throw unsupported(`of ${bitsPerPixel} bits per pixel`);
  const compression = view.getUint32(INFO + 16, true);
  if (compression === BI_BITFIELDS && bitsPerPixel === 32) {
    if (bytes.length < INFO + 52) throw cutShort('in its header');
    if (BGRX.some((mask, i) => view.getUint32(INFO + 40 + 4 * i, true) !== mask))
      throw unsupported('whose colours are in an unusual order');
  } else if (compression !== BI_RGB) throw unsupported(`with compression ${compression}`);
  const rowBytes = Math.ceil((width * bitsPerPixel) / 32) * 4;
  const paletteAt = INFO + infoBytes;
  // Checked before memory is taken: the pixels that the header announces are there.
  if (pixelsAt < paletteAt || pixelsAt + rowBytes * height > bytes.length) throw cutShort('in its pixels');
  const named = view.getUint32(INFO + 32, true);
  const colours = bitsPerPixel > 8 ? 0 : Math.min(named || 2 ** bitsPerPixel, 2 ** bitsPerPixel);
  if (paletteAt + 4 * colours > bytes.length) throw cutShort('in its palette');
  const palette = bytes.subarray(paletteAt, paletteAt + 4 * colours);
  return { width, height, bottomUp: signedHeight > 0, bitsPerPixel, palette, rowBytes, pixelsAt };
}

function colourPixels(bytes: Uint8Array, header: Header): Image {
  const { width, height } = header;
  const step = header.bitsPerPixel / 8;
  const data = new Uint8Array(width * height * 3);
  let at = 0;
  for (let y = 0; y < height; y++) {
    let from = rowAt(header, y);
    for (let x = 0; x < width; x++, from += step) {
      data[at++] = bytes[from + 2]!;
      data[at++] = bytes[from + 1]!;
      data[at++] = bytes[from]!;
    }
  }
  return { width, height, channels: 3, data };
}

function indexedPixels(bytes: Uint8Array, header: Header): Image {
  const { width, height, bitsPerPixel, palette } = header;
  const colours = palette.length / 4;
  const channels = isGrey(palette) ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  const perByte = 8 / bitsPerPixel;
  const mask = 2 ** bitsPerPixel - 1;
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = rowAt(header, y);
    for (let x = 0; x < width; x++) {
      const byte = bytes[row + Math.floor(x / perByte)]!;
      // The leftmost pixel has the highest bits.
      const index = (byte >> (8 - bitsPerPixel * ((x % perByte) + 1))) & mask;
      if (index >= colours)
        throw new PlantsenseError(
          'IMAGE_INVALID',
          `The BMP file is damaged: a pixel has colour ${index} of ${colours}.`,
        );
      for (let c = 0; c < channels; c++) data[at++] = palette[4 * index + 2 - c]!;
    }
  }
  return { width, height, channels, data };
}

function isGrey(palette: Uint8Array): boolean {
  for (let i = 0; i < palette.length; i += 4)
    if (palette[i] !== palette[i + 1] || palette[i] !== palette[i + 2]) return false;
  return true;
}

/** Where a row of the picture, counted from the top, starts in the file. */
function rowAt(header: Header, y: number): number {
  return header.pixelsAt + header.rowBytes * (header.bottomUp ? header.height - 1 - y : y);
}

function cutShort(where: string): PlantsenseError {
  return new PlantsenseError('IMAGE_INVALID', `The BMP file is cut short ${where}.`);
}

function unsupported(what: string): PlantsenseError {
  return new PlantsenseError('IMAGE_FORMAT_UNSUPPORTED', `A BMP file ${what} is not supported.`);
}
