import { describe, expect, it } from 'vitest';
import type { PlantsenseError } from '../errors.js';
import { decodeImage } from './decode-image.js';
import { IMAGE_LIMITS } from './image-limits.js';
import { goldenFile, goldenFormats, goldenRefused } from './testing/goldens.js';

const FORMATS = goldenFormats();

/** A PNG that announces a size and has nothing else. */
function pngHeader(width: number, height: number): Uint8Array {
  const bytes = Buffer.from(goldenFile('png grey'));
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

describe('decodeImage', () => {
  it.each(FORMATS)('reads $name as Pillow does, pixel for pixel', async ({ file, image }) => {
    expect(await decodeImage(file)).toEqual(image);
  });

  it('reads bytes in the midst of a buffer, as messages have them', async () => {
    for (const { file, image } of FORMATS) {
      const message = Buffer.concat([Buffer.from('###'), file, Buffer.from('###')]);
      expect(await decodeImage(message.subarray(3, 3 + file.length))).toEqual(image);
    }
  });

  it.each(goldenRefused())('refuses a $name', async ({ file }) => {
    await expect(decodeImage(file)).rejects.toMatchObject({ code: 'IMAGE_FORMAT_UNSUPPORTED' });
  });

  it('says what a picture has that it should not have', async () => {
    const errors = goldenRefused().map(({ file }) => decodeImage(file).catch((error: Error) => error));
    const messages = (await Promise.all(errors)).map(error => (error instanceof Error ? error.message : ''));
    expect(messages.join('\n')).toMatchInlineSnapshot(`
      "The file starts with "GIF87a\\r\\u0000": it is neither JPEG, PNG, TIFF nor BMP.
      The file starts with "RIFFp\\u0000\\u0000\\u0000": it is neither JPEG, PNG, TIFF nor BMP.
      The file starts with "P6\\n13 9\\n": it is neither JPEG, PNG, TIFF nor BMP.
      The file starts with "\\u0000\\u0000\\u0001\\u0000\\u0000\\u0000": it is neither JPEG, PNG, TIFF nor BMP.
      The JPEG file has 4 channels of colour space cmyk, not grey or RGB.
      The TIFF file has 4 channels of colour space cmyk, not grey or RGB.
      The TIFF file has pixels of type float, not unsigned integers of 8 or 16 bits.
      The TIFF file has pixels of type int, not unsigned integers of 8 or 16 bits.
      The TIFF file holds 2 pages, not one picture.
      The TIFF file has 5 channels of colour space b-w, not grey or RGB.
      The TIFF file has pixels of type short, not unsigned integers of 8 or 16 bits."
    `);
  });

  it.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
    ['an SVG with a heading', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['PDF', '%PDF-1.7'],
    ['HEIF', '\0\0\0\x18ftypheic'],
    ['text', 'no picture'],
  ])('never lets libvips guess: refuses %s by its first bytes', async (_, text) => {
    await expect(decodeImage(Buffer.from(text, 'latin1'))).rejects.toMatchObject({
      code: 'IMAGE_FORMAT_UNSUPPORTED',
      message: expect.stringContaining(JSON.stringify(text.slice(0, 8))),
    });
  });

  it('refuses zero bytes', async () => {
    await expect(decodeImage(new Uint8Array())).rejects.toMatchObject({ code: 'IMAGE_EMPTY' });
  });

  it.each(FORMATS)(
    'refuses $name that is cut short, and never gives half a picture',
    async ({ file, image }) => {
      const step = Math.ceil(file.length / 20);
      for (let length = 8; length < file.length; length += step) {
        const got = await decodeImage(file.subarray(0, length)).catch((error: PlantsenseError) => error.code);
        // Behind the last pixel there may be bytes that nobody needs.
        if (typeof got === 'string') expect(got).toBe('IMAGE_INVALID');
        else expect(got).toEqual(image);
      }
      await expect(decodeImage(file.subarray(0, file.length / 2))).rejects.toMatchObject({
        code: 'IMAGE_INVALID',
      });
    },
  );

  it('refuses a picture above the limits from its header alone', async () => {
    for (const { name, file, image } of FORMATS) {
      const pixels = image.width * image.height;
      const fits = { ...IMAGE_LIMITS, maxPixels: pixels };
      expect(await decodeImage(file, fits), name).toEqual(image);
      const limits = { ...IMAGE_LIMITS, maxPixels: pixels - 1 };
      await expect(decodeImage(file, limits), name).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
    }
    // 42 million of these bytes would be 3.6 terabytes of pixels.
    await expect(decodeImage(pngHeader(2 ** 20, 2 ** 20))).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
  });

  it('refuses a file of too many bytes', async () => {
    const file = goldenFile('png grey');
    const fits = { ...IMAGE_LIMITS, maxBytes: file.length };
    expect(await decodeImage(file, fits)).toMatchObject({ width: 13 });
    const limits = { ...IMAGE_LIMITS, maxBytes: file.length - 1 };
    await expect(decodeImage(file, limits)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
  });

  it('refuses a picture without width', async () => {
    await expect(decodeImage(pngHeader(0, 9))).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  });

  it.each([
    // In the compressed pixels: a checksum tells in a PNG, the code in a fax. Then in the checksum of the header.
    ['png grey', -20],
    ['tiff 1 bit, fax', 9],
    ['png rgb', 32],
  ])('refuses damage inside a %s', async (name, at) => {
    const file = Uint8Array.from(goldenFile(name));
    file[at < 0 ? file.length + at : at]! ^= 0xff;
    await expect(decodeImage(file)).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  });
});
