import type { Recordings } from '../../anomaly/recording-means.js';

/**
 * Parts residuals into those of each recording.
 * @param residuals of all segments of the recordings, one after another
 */
export function byRecording(
  residuals: ArrayLike<number>,
  recordings: readonly { readonly rows: number }[],
): Recordings {
  let at = 0;
  return recordings.map(({ rows }) => {
    const from = at;
    at += rows;
    return Float64Array.from({ length: rows }, (_, i) => residuals[from + i]!);
  });
}
