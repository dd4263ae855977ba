// The peer: the same pictures from memory to features and groups, with Pillow and scikit-image.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy } from '../../dist/npy.js';
import { range } from '../measure.mjs';
import { pythonWith, startPython } from '../python.mjs';

const PACKAGES = ['scikit-image==0.26.0', 'pillow==12.0.0', 'numpy==2.2.6'];

/**
 * @param {string[]} files of pictures
 * @param {{ groups: number[], means: number[][] }} centroids in features
 * @param {string} folder for what it writes
 */
export async function startScikitImage(files, { groups, means }, folder, log) {
  const python = pythonWith(PACKAGES, log);
  if ('missing' in python)
    return {
      missing: python.missing,
      run: async () => null,
      rate: () => null,
      told: () => null,
      close: () => {},
    };
  const peer = startPython(python.path, new URL('peer.py', import.meta.url));
  const versions = await peer.ask({ do: 'load', files, groups, means });
  const out = join(folder, 'theirs.npy');
  const cpuSecs = [];
  return {
    /** Features and groups of all pictures, once more. */
    run: async () => {
      const answer = await peer.ask({ do: 'run', out });
      cpuSecs.push(answer.cpuSecs);
      const { data, shape } = decodeNpy(readFileSync(out));
      return { features: data, dimensions: shape[1], groups: answer.groups };
    },
    /** Pictures per CPU-second. */
    rate: () => (cpuSecs.length * files.length) / cpuSecs.reduce((sum, secs) => sum + secs, 0),
    told: () => ({ ...versions, imagesPerCpuSec: range(cpuSecs.map(secs => files.length / secs)) }),
    close: () => peer.close(),
  };
}
