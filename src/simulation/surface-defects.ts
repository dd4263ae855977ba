import type { Random } from '../random.js';
import { addBlot, type GreyField, smoothNoise } from './grey-field.js';

/**
 * Defects of hot-rolled steel, drawn into the picture of a strip: the six kinds of the NEU surface database, as one sees
 * them there. Sizes are shares of the picture, so that a camera of any resolution sees the same.
 *
 * Source: Song & Yan, "A noise robust method based on completed local binary patterns for hot-rolled steel strip surface
 * defects", 2013.
 */
const DEFECTS = {
  crazing: addCrazing,
  inclusion: addInclusions,
  patches: addPatches,
  pitted_surface: addPits,
  rolled_in_scale: addScale,
  scratches: addScratches,
} as const;

export type DefectKind = keyof typeof DEFECTS;

export const DEFECT_KINDS = Object.keys(DEFECTS) as readonly DefectKind[];

/** Draws one defect of a kind; no two are the same. */
export function addDefect(kind: DefectKind, strip: GreyField, random: Random): void {
  DEFECTS[kind](strip, random);
}

/** Fine cracks across the strip, which wander and branch, on rough grain. */
function addCrazing(strip: GreyField, random: Random): void {
  addGrain(strip, 0.09, random);
  const { sizePx } = strip;
  const cracks = 34 + random.int(20);
  for (let crack = 0; crack < cracks; crack++) {
    const [x, y] = [sizePx * random.next(), sizePx * random.next()];
    addCrack(strip, x, y, sizePx * between(random, 0.08, 0.3), random);
  }
}

function addCrack(strip: GreyField, fromX: number, fromY: number, lengthPx: number, random: Random): void {
  const { sizePx } = strip;
  const widthPx = between(random, 0.005, 0.008) * sizePx;
  const way = random.next() < 0.5 ? -1 : 1;
  let [x, y, slope] = [fromX, fromY, 0];
  for (let done = 0; done < lengthPx; done++) {
    // Cracks open and close: some pixels are hardly dark.
    addBlot(strip, { x, y, acrossPx: widthPx, alongPx: widthPx, grey: -between(random, 0.02, 0.14) });
    slope = 0.6 * slope + 0.7 * random.normal();
    x += way;
    y += slope;
    if (random.next() < 0.012) addCrack(strip, x, y, (lengthPx - done) / 2, random);
  }
}

/** Foreign matter that the rolls have drawn out: dark streaks along the strip, in a few rows, with a shade around. */
function addInclusions(strip: GreyField, random: Random): void {
  const { sizePx } = strip;
  const rows = 1 + random.int(3);
  for (let row = 0; row < rows; row++) {
    const centre = between(random, 0.1, 0.9) * sizePx;
    const y = sizePx * random.next();
    const shade = { acrossPx: 0.05 * sizePx, alongPx: between(random, 0.3, 0.6) * sizePx };
    addBlot(strip, { x: centre, y, ...shade, grey: -0.05 });
    const streaks = 4 + random.int(8);
    for (let streak = 0; streak < streaks; streak++) {
      addBlot(strip, {
        x: centre + 0.025 * sizePx * random.normal(),
        y: y + 0.3 * sizePx * random.normal(),
        acrossPx: between(random, 0.008, 0.018) * sizePx,
        alongPx: between(random, 0.04, 0.11) * sizePx,
        grey: -between(random, 0.12, 0.24),
      });
    }
  }
}

/** Large dark patches with ragged edges, on rough and bright grain. */
function addPatches(strip: GreyField, random: Random): void {
  addGrain(strip, 0.1, random);
  const { sizePx, data } = strip;
  const ragged = smoothNoise(sizePx, 0.09 * sizePx, 0.09 * sizePx, random).data;
  const frayed = smoothNoise(sizePx, 0.025 * sizePx, 0.025 * sizePx, random).data;
  for (let i = 0; i < data.length; i++) data[i]! += 0.12;
  const patches = 1 + random.int(3);
  for (let patch = 0; patch < patches; patch++) {
    const [x, y] = [between(random, 0.15, 0.85) * sizePx, between(random, 0.1, 0.9) * sizePx];
    const across = between(random, 0.09, 0.16) * sizePx;
    const along = between(random, 0.14, 0.32) * sizePx;
    const grey = -between(random, 0.2, 0.34);
    for (let row = 0, i = 0; row < sizePx; row++) {
      for (let column = 0; column < sizePx; column++, i++) {
        const radius = Math.hypot((column - x) / across, (row - y) / along);
        const inside = 1 - radius + 0.4 * ragged[i]! + 0.15 * frayed[i]!;
        data[i]! += grey * Math.max(0, Math.min(1, 2.5 * inside));
      }
    }
  }
}

/** Many small round pits, denser in some stretches than in others. */
function addPits(strip: GreyField, random: Random): void {
  const { sizePx } = strip;
  const density = smoothNoise(sizePx, 0.3 * sizePx, 0.6 * sizePx, random).data;
  const largest = between(random, 0.01, 0.016) * sizePx;
  const pits = 600 + random.int(500);
  for (let pit = 0; pit < pits; pit++) {
    const [x, y] = [random.int(sizePx), random.int(sizePx)];
    if (2 * random.next() - 1 > 2 * density[y * sizePx + x]! - 0.1) continue;
    const radiusPx = between(random, 0.5, 1) * largest;
    addBlot(strip, { x, y, acrossPx: radiusPx, alongPx: 1.3 * radiusPx, grey: -between(random, 0.1, 0.25) });
  }
}

/** Scale that was rolled into the strip: dark flakes across it with a bright rim, in swarms, on a mottled surface. */
function addScale(strip: GreyField, random: Random): void {
  const { sizePx, data } = strip;
  const mottled = smoothNoise(sizePx, 0.07 * sizePx, 0.03 * sizePx, random).data;
  const flecked = smoothNoise(sizePx, 0.02 * sizePx, 0.01 * sizePx, random).data;
  for (let i = 0; i < data.length; i++) data[i]! += 0.06 * mottled[i]! + 0.07 * flecked[i]! - 0.08;
  const swarms = 3 + random.int(4);
  for (let swarm = 0; swarm < swarms; swarm++) {
    const [x, y] = [sizePx * random.next(), sizePx * random.next()];
    const flakes = 5 + random.int(8);
    for (let flake = 0; flake < flakes; flake++) {
      const at = { x: x + 0.1 * sizePx * random.normal(), y: y + 0.07 * sizePx * random.normal() };
      const size = {
        acrossPx: between(random, 0.015, 0.045) * sizePx,
        alongPx: between(random, 0.008, 0.018) * sizePx,
      };
      addBlot(strip, { x: at.x, y: at.y + size.alongPx, ...size, grey: 0.1 });
      addBlot(strip, { ...at, ...size, grey: -between(random, 0.15, 0.3) });
    }
  }
}

/** Bright lines almost along the strip, of changing depth, some of them in a bundle. */
function addScratches(strip: GreyField, random: Random): void {
  const { sizePx, data } = strip;
  const slope = 0.05 * random.normal();
  const scratches = 2 + random.int(4);
  let x = between(random, 0.1, 0.9) * sizePx;
  for (let scratch = 0; scratch < scratches; scratch++) {
    const length = between(random, 0.4, 1.3) * sizePx;
    const from = (sizePx - length) * random.next();
    const widthPx = between(random, 0.006, 0.014) * sizePx;
    const depths = smoothNoise(sizePx, sizePx, 0.06 * sizePx, random).data;
    const grey = between(random, 0.25, 0.5);
    for (let y = Math.max(0, Math.ceil(from)); y < Math.min(sizePx, from + length); y++) {
      const middle = x + slope * (y - sizePx / 2);
      const edge = Math.min(y - from, from + length - y) / (0.1 * sizePx);
      const depth = grey * Math.min(1, edge) * (0.7 + 0.5 * depths[y * sizePx]!);
      for (let column = Math.floor(middle - widthPx); column <= middle + widthPx; column++) {
        if (column < 0 || column >= sizePx) continue;
        const share = 1 - Math.abs(column - middle) / widthPx;
        if (share > 0) data[y * sizePx + column]! += depth * Math.min(1, 2 * share);
      }
    }
    // The next one lies beside this one, or anywhere.
    if (random.next() < 0.4) x += between(random, 0.02, 0.06) * sizePx;
    else x = between(random, 0.05, 0.95) * sizePx;
  }
}

/** Grain without a direction, as rough steel has it. */
function addGrain({ sizePx, data }: GreyField, strength: number, random: Random): void {
  const fine = smoothNoise(sizePx, 1.5, 1.8, random).data;
  const coarse = smoothNoise(sizePx, 3, 4, random).data;
  for (let i = 0; i < data.length; i++) data[i]! += strength * (fine[i]! + 0.6 * coarse[i]!);
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}
