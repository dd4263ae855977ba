/** Simple statistics of a picture, by which a test tells kinds of defects apart. */
export interface Look {
  /** Share of pixels that are much darker than the median. */
  readonly dark: number;
  /** Share of pixels that are much brighter than the median. */
  readonly bright: number;
  /** Mean difference of neighbours across the strip, in grey values. */
  readonly across: number;
  /** Mean difference of neighbours along it. */
  readonly along: number;
}

const MUCH = 35;

export function lookOf(pixels: Uint8Array, sizePx: number): Look {
  const median = pixels.slice().sort()[pixels.length >> 1]!;
  let [dark, bright, across, along] = [0, 0, 0, 0];
  for (let y = 0; y < sizePx - 1; y++) {
    for (let x = 0; x < sizePx - 1; x++) {
      const here = pixels[y * sizePx + x]!;
      if (here < median - MUCH) dark++;
      if (here > median + MUCH) bright++;
      across += Math.abs(here - pixels[y * sizePx + x + 1]!);
      along += Math.abs(here - pixels[(y + 1) * sizePx + x]!);
    }
  }
  const count = (sizePx - 1) ** 2;
  return { dark: dark / count, bright: bright / count, across: across / count, along: along / count };
}
