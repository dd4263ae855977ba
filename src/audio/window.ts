/** The periodic Hann window of spectral analysis, `scipy.signal.get_window('hann', size)`. */
export function hannWindow(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
}
