/** Signals for the tests of this room. */

/** `amplitude · sin(2π f t)`, float32. */
export function sine(
  frequencyHz: number,
  amplitude: number,
  count: number,
  sampleRateHz: number,
): Float32Array {
  const turn = (2 * Math.PI * frequencyHz) / sampleRateHz;
  return Float32Array.from({ length: count }, (_, i) => amplitude * Math.sin(turn * i));
}

/** White noise, uniform in ±amplitude, the same for the same seed (a linear congruential generator). */
export function noise(amplitude: number, count: number, seed = 1): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return amplitude * (state / 2 ** 31 - 1);
  });
}

/** One after the other. */
export function concat(...parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
