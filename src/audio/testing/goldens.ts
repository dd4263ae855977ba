import { readFileSync } from 'node:fs';
import { decodeNpy } from '../../npy.js';
import { decodeWav } from '../audio-file.js';

/** For tests: the files that `test/goldens/audio/make_goldens.py` made with librosa and libsndfile. */
const FOLDER = new URL('../../../test/goldens/audio/', import.meta.url);

export function goldenBytes(name: string): Uint8Array {
  return readFileSync(new URL(name, FOLDER));
}

/** Mono samples of a WAV file. */
export function goldenSound(name: string): Float32Array {
  return decodeWav(goldenBytes(name)).samples;
}

export function goldenArray(name: string): { data: Float32Array; shape: readonly number[] } {
  const { data, shape } = decodeNpy(goldenBytes(name));
  return { data: data as Float32Array, shape };
}

/** The largest distance between two arrays of one length; infinity when their lengths differ. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    // Written so that NaN is the largest of all.
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
