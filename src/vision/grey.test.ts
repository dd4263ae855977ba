import { describe, expect, it } from 'vitest';
import { toGrey8 } from './grey.js';
import { goldenFormats } from './testing/goldens.js';
import { greyPicture } from './testing/pictures.js';

describe('toGrey8', () => {
  it("weighs colours as Pillow's convert('L'): grey of a colour picture is that of the grey file", () => {
    const formats = new Map(goldenFormats().map(({ name, image }) => [name, image]));
    expect(toGrey8(formats.get('png rgb')!)).toEqual(formats.get('png grey'));
  });

  it('brings 16 bits to 8, from black to white', () => {
    const data = Uint16Array.of(0, 128, 129, 257, 65_406, 65_407, 65_535);
    expect(toGrey8({ width: 7, height: 1, channels: 1, data }).data).toEqual(
      Uint8Array.of(0, 0, 1, 1, 254, 255, 255),
    );
    const white = new Uint16Array(3).fill(65_535);
    expect(toGrey8({ width: 1, height: 1, channels: 3, data: white }).data).toEqual(Uint8Array.of(255));
  });

  it('gives grey of 8 bits back as it is', () => {
    const image = greyPicture(3, 2, x => x);
    expect(toGrey8(image).data).toBe(image.data);
  });
});
