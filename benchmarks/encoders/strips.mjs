import { Random } from '../../dist/random.js';

/** Height and width of a strip, as a line camera over steel gives them. */
export const SHAPE = [256, 1600];

/** Grey strips with waves and grain, every other one with a dark spot. @returns `[count, height, width]` */
export function strips(count) {
  const [height, width] = SHAPE;
  const random = new Random(1);
  const pixels = new Uint8Array(count * height * width);
  for (let strip = 0; strip < count; strip++) {
    const period = 20 + 70 * random.next();
    for (let i = 0; i < height * width; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const isSpot = strip % 2 === 1 && y > 80 && y < 80 + 8 * strip && x > 600 && x < 600 + 20 * strip;
      const grey = 120 + 15 * Math.sin(x / period) + 12 * random.normal() - (isSpot ? 60 : 0);
      pixels[strip * height * width + i] = Math.min(255, Math.max(0, grey));
    }
  }
  return pixels;
}
