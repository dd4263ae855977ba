import { describe, expect, it } from 'vitest';
import { plantCamera } from './plant-camera.js';
import { type PictureKind, picture } from './simulated-camera.js';
import { DEFECT_KINDS } from './surface-defects.js';
import { type Look, lookOf } from './testing/look.js';

const SPEC = plantCamera();

/** Looks of many pictures of a kind. */
function looks(truth: PictureKind): Look[] {
  return Array.from({ length: 25 }, (_, i) =>
    lookOf(picture(SPEC, { frameIndex: i, truth, nearLabel: 'ok', seed: 77 * i + 5 }), SPEC.sizePx),
  );
}

const LOOKS = new Map<PictureKind, Look[]>(
  (['clean', ...DEFECT_KINDS] as const).map(kind => [kind, looks(kind)]),
);
const all = (kind: PictureKind, is: (look: Look) => boolean) => LOOKS.get(kind)!.every(is);
const most = (kind: PictureKind, is: (look: Look) => boolean) =>
  LOOKS.get(kind)!.filter(is).length >= 0.9 * LOOKS.get(kind)!.length;

describe('a strip without a defect', () => {
  it('is even, and its grain runs along it', () => {
    expect(all('clean', ({ dark, bright }) => dark < 0.005 && bright < 0.005)).toBe(true);
    expect(all('clean', ({ across, along }) => across > 1.2 * along)).toBe(true);
  });
});

describe('defects of the surface', () => {
  it('are bright where it is scratched, and run along the strip', () => {
    expect(most('scratches', ({ bright, dark }) => bright > 0.008 && dark < 0.005)).toBe(true);
    expect(most('scratches', ({ across, along }) => across > 1.4 * along)).toBe(true);
  });

  it('are dark where foreign matter was drawn out along it', () => {
    expect(most('inclusion', ({ dark, bright }) => dark > 0.003 && bright < 0.005)).toBe(true);
    expect(all('inclusion', ({ across, along }) => across > 1.3 * along)).toBe(true);
  });

  it('are large in patches, on bright and rough steel', () => {
    expect(most('patches', ({ dark, bright }) => dark > 0.04 && bright > 0.01)).toBe(true);
    expect(all('patches', ({ along }) => along > 7.5)).toBe(true);
  });

  it('are many small dark points where it is pitted', () => {
    expect(most('pitted_surface', ({ dark, bright }) => dark > 0.015 && bright < 0.005)).toBe(true);
    expect(all('pitted_surface', ({ across, along }) => along > 4 && across > 1.1 * along)).toBe(true);
  });

  it('lie across it where scale was rolled in', () => {
    expect(all('rolled_in_scale', ({ across, along }) => along > 1.1 * across)).toBe(true);
  });

  it('are fine and dark where it is crazed', () => {
    expect(all('crazing', ({ dark, along }) => dark > 0.02 && dark < 0.06 && along > 8)).toBe(true);
  });

  it('are drawn at any resolution', () => {
    for (const truth of DEFECT_KINDS) {
      const coarse = { ...SPEC, sizePx: 61 };
      expect(picture(coarse, { frameIndex: 0, truth, nearLabel: 'ok', seed: 3 })).toHaveLength(61 ** 2);
    }
  });
});
