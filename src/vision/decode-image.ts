import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { PlantsenseError } from '../errors.js';
import { decodeBmp } from './bmp.js';
import type { Image } from './image.js';
import { type ImageFormat, imageFormat } from './image-format.js';
import { checkImageBytes, checkImageSize, IMAGE_LIMITS, type ImageLimits } from './image-limits.js';

/** Warnings of libtiff that say nothing of the pixels, and the line that libvips adds to whatever goes wrong. */
const HARMLESS = /^(Invalid TIFF directory; tags are not sorted|ASCII value for tag|error in tile)/;

/**
 * Decodes a JPEG, PNG, TIFF or BMP file. Its first bytes say what it is, not its name.
 *
 * The pixels are PIL's, bit for bit: colour profiles are left aside, transparency is dropped, a palette becomes RGB, 1, 2
 * or 4 bits of grey are stretched to 0..255. Grey stays one channel, 16 bits stay 16 bits. An orientation is followed in
 * TIFF, where the format defines it, and not in the EXIF block of a JPEG or PNG.
 *
 * The header is checked first, so that a few bytes which announce a huge picture take no memory. The work is done by
 * threads of libuv's pool, in the main thread and in workers alike.
 *
 * @throws PlantsenseError IMAGE_EMPTY, IMAGE_FORMAT_UNSUPPORTED for other formats, CMYK, several pages, floating-point
 *   pixels and the like, IMAGE_TOO_LARGE, IMAGE_INVALID when it is cut short or damaged
 */
export async function decodeImage(bytes: Uint8Array, limits: ImageLimits = IMAGE_LIMITS): Promise<Image> {
  const format = imageFormat(bytes);
  checkImageBytes(bytes.length, limits);
  if (format === 'BMP') return decodeBmp(bytes, limits);
  const open = await sharpFor(format, bytes);
  const fail = (error: unknown) => {
    throw unreadable(format, error);
  };
  const pixels = checkMetadata(format, await open('warning').metadata().catch(fail), limits);
  const decode = (failOn: 'warning' | 'error') => {
    const { channels, wide } = pixels;
    return (
      open(failOn)
        .removeAlpha()
        // Without a named colour space, libvips would make three channels of one.
        .toColourspace(channels === 1 ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb')
        .raw({ depth: wide ? 'ushort' : 'uchar' })
        .toBuffer({ resolveWithObject: true })
    );
  };
  const { data, info } = await decode('warning')
    .catch(error => {
      if (!isHarmless(error)) throw error;
      return decode('error');
    })
    .catch(fail);
  return {
    width: info.width,
    height: info.height,
    channels: pixels.channels,
    data: pixels.wide
      ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
      : new Uint8Array(data.buffer, data.byteOffset, data.length),
  };
}

/** Opens the file anew at each call: a sharp object reads once. */
async function sharpFor(
  format: ImageFormat,
  bytes: Uint8Array,
): Promise<(failOn: 'warning' | 'error') => Sharp> {
  const { default: sharp } = await import('sharp');
  // Each picture comes once, and there are enough pictures to keep every core busy.
  sharp.cache(false);
  sharp.concurrency(1);
  const options: SharpOptions = {
    // We check the size ourselves, before.
    limitInputPixels: false,
    ignoreIcc: true,
    autoOrient: format === 'TIFF',
  };
  return failOn => sharp(bytes, { ...options, failOn });
}

/** @throws PlantsenseError IMAGE_TOO_LARGE, IMAGE_FORMAT_UNSUPPORTED */
function checkMetadata(
  format: ImageFormat,
  metadata: Metadata,
  limits: ImageLimits,
): { readonly channels: 1 | 3; readonly wide: boolean } {
  const { width, height, space = 'none', depth = 'none', pages = 1, hasAlpha } = metadata;
  checkImageSize(width, height, limits);
  if (metadata.format !== format.toLowerCase()) throw unsupported(format, `is read as ${metadata.format}`);
  if (pages > 1) throw unsupported(format, `holds ${pages} pages, not one picture`);
  if (depth !== 'uchar' && depth !== 'ushort')
    throw unsupported(format, `has pixels of type ${depth}, not unsigned integers of 8 or 16 bits`);
  const channels = metadata.channels - (hasAlpha ? 1 : 0);
  const grey = space === 'b-w' || space === 'grey16';
  const rgb = space === 'srgb' || space === 'rgb' || space === 'rgb16';
  if (!(grey && channels === 1) && !(rgb && channels === 3))
    throw unsupported(format, `has ${metadata.channels} channels of colour space ${space}, not grey or RGB`);
  return { channels: grey ? 1 : 3, wide: depth === 'ushort' };
}

function unsupported(format: ImageFormat, what: string): PlantsenseError {
  return new PlantsenseError('IMAGE_FORMAT_UNSUPPORTED', `The ${format} file ${what}.`);
}

/**
 * Whether all that is wrong is the order of a TIFF's tags, or the end of a text in them. Other warnings matter: of damage in
 * a JPEG or a fax the libraries only warn, and give the rest in one colour.
 */
function isHarmless(error: unknown): boolean {
  const [heading = '', ...warnings] = error instanceof Error ? error.message.trim().split('\n') : [];
  return heading.startsWith('Warning treated as error') && warnings.every(line => HARMLESS.test(line));
}

/** What libvips says of a file that it can't read. */
function unreadable(format: ImageFormat, cause: unknown): PlantsenseError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const reason = [...new Set(message.trim().split('\n'))].join('; ');
  return new PlantsenseError('IMAGE_INVALID', `The ${format} file can't be decoded: ${reason}.`, { cause });
}
