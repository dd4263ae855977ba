import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../../random.js';

const SIZE = 48;

/** What tells surfaces apart; a little noise is added to each. */
const SURFACES: Readonly<Record<string, (x: number, y: number) => number>> = {
  plain: () => 120,
  stripes: x => (x % 8 < 4 ? 60 : 180),
  checks: (x, y) => (x % 6 < 3 === y % 6 < 3 ? 40 : 220),
};

/** Writes small grey pictures of three surfaces to folders with their names. */
export async function writeSurfaces(directory: string, count: number): Promise<void> {
  const random = new Random(1);
  for (const [name, surface] of Object.entries(SURFACES)) {
    mkdirSync(join(directory, name), { recursive: true });
    for (let i = 0; i < count; i++) {
      const shift = Math.floor(random.next() * 8);
      const pixels = Uint8Array.from({ length: SIZE * SIZE }, (_, at) => {
        const value = surface((at % SIZE) + shift, Math.floor(at / SIZE) + shift) + 8 * random.normal();
        return Math.max(0, Math.min(255, value));
      });
      const png = await sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 1 } })
        .png()
        .toBuffer();
      writeFileSync(join(directory, name, `${i}.png`), png);
    }
  }
}
