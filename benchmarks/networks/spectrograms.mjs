import { Random } from '../../dist/random.js';

export const SHAPE = [128, 323];

/** Rows like log-mel spectrograms in dB: bands of different level, a few louder stretches of time, and noise. */
export function spectrograms(rows, seed) {
  const random = new Random(seed);
  const [bands, frames] = SHAPE;
  const data = new Float32Array(rows * bands * frames);
  for (let row = 0; row < rows; row++) {
    const [slope, center, width] = [random.next(), random.int(frames), 10 + random.int(100)];
    for (let band = 0; band < bands; band++)
      for (let frame = 0; frame < frames; frame++) {
        const isLoud = Math.abs(frame - center) < width;
        const level = -20 - 50 * slope * (band / bands) - (isLoud ? 0 : 30);
        data[(row * bands + band) * frames + frame] = level + 4 * random.normal();
      }
  }
  return data;
}
