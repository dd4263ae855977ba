/** One frequency of a stretch of sound, through a Hann window. */

export interface Tone {
  /** Level of the tone; 0 is a full-scale sine, minus infinity where there is none. */
  readonly levelDb: number;
  /** Its share of the energy, the mean left out: 0 to 1, and a rounding error more. */
  readonly share: number;
}

/** @param count at least two; the tone should turn several times in it */
export function toneAt(
  samples: Float32Array,
  from: number,
  count: number,
  frequencyHz: number,
  sampleRateHz: number,
): Tone {
  let mean = 0;
  for (let i = 0; i < count; i++) mean += samples[from + i]!;
  mean /= count;
  const turn = (2 * Math.PI * frequencyHz) / sampleRateHz;
  const windowTurn = (2 * Math.PI) / count;
  // Both angles advance by rotation: sine and cosine of every sample would cost ten times as much.
  const [stepCos, stepSin] = [Math.cos(turn), Math.sin(turn)];
  const [hannCos, hannSin] = [Math.cos(windowTurn), Math.sin(windowTurn)];
  let [cos, sin, wCos, wSin] = [1, 0, 1, 0];
  let [re, im, energy] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const x = (samples[from + i]! - mean) * (0.5 - 0.5 * wCos);
    re += x * cos;
    im += x * sin;
    energy += x * x;
    [cos, sin] = [cos * stepCos - sin * stepSin, sin * stepCos + cos * stepSin];
    [wCos, wSin] = [wCos * hannCos - wSin * hannSin, wSin * hannCos + wCos * hannSin];
  }
  // The window's sum is count/2, the sum of its squares 3·count/8.
  const amplitude = (2 * Math.hypot(re, im)) / (count / 2);
  const power = energy / ((3 * count) / 8);
  return {
    levelDb: 20 * Math.log10(amplitude),
    share: power === 0 ? 0 : (amplitude * amplitude) / 2 / power,
  };
}
