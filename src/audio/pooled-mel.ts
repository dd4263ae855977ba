/**
 * Mean and standard deviation over time of each band of a log-mel spectrogram: the short description of a sound that
 * k-means and Gaussian mixtures cluster.
 *
 * @param logMel shape [nMels, frames], row by row
 * @returns `2 · nMels` values: all means, then all deviations (of the population)
 */
export function pooledMel(
  logMel: Float32Array,
  nMels: number,
  out: Float32Array = new Float32Array(2 * nMels),
): Float32Array {
  const frames = logMel.length / nMels;
  for (let band = 0; band < nMels; band++) {
    const start = band * frames;
    const end = start + frames;
    let sum = 0;
    for (let i = start; i < end; i++) sum += logMel[i]!;
    const mean = sum / frames;
    let squares = 0;
    for (let i = start; i < end; i++) squares += (logMel[i]! - mean) ** 2;
    out[band] = mean;
    out[nMels + band] = Math.sqrt(squares / frames);
  }
  return out;
}
