/** Tableau's ten (as in matplotlib's tab20), then their light shades: they can be told from each other in small dots. */
const GROUPS = [
  '1f77b4 ff7f0e 2ca02c d62728 9467bd 8c564b e377c2 7f7f7f bcbd22 17becf',
  'aec7e8 ffbb78 98df8a ff9896 c5b0d5 c49c94 f7b6d2 c7c7c7 dbdb8d 9edae5',
].flatMap(shades => shades.split(' ').map(hex => `#${hex}`));

/** Colour of a group by its place; beyond twenty, hues by the golden angle. */
export function groupColour(place: number): string {
  return GROUPS[place] ?? `hsl(${Math.round(place * 137.508) % 360} 60% 45%)`;
}

/** Anchors of matplotlib's magma (Smith & van der Walt 2015), evenly spaced: equal steps look equal. */
const MAGMA = [0x000004, 0x1d1147, 0x51127c, 0x822681, 0xb63679, 0xe65164, 0xfb8861, 0xfec287, 0xfcfdbf];

/** Levels that a spectrogram is drawn with. */
export const LEVELS = 64;

/** Red, green and blue of each level, from quiet to loud, `[LEVELS, 3]`. */
export function levelPalette(): Uint8Array {
  const palette = new Uint8Array(3 * LEVELS);
  for (let i = 0; i < LEVELS; i++) {
    const at = (i / (LEVELS - 1)) * (MAGMA.length - 1);
    const from = Math.min(Math.floor(at), MAGMA.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const shift = 8 * (2 - channel);
      const [a, b] = [(MAGMA[from]! >> shift) & 0xff, (MAGMA[from + 1]! >> shift) & 0xff];
      palette[3 * i + channel] = Math.round(a + (at - from) * (b - a));
    }
  }
  return palette;
}
