import type { RowSource } from '../nn/training/row-source.js';
import type { EventTensor } from './event-tensor.js';
import { readSound } from './read-sound.js';

/** Recordings as rows, one event a file; each is read when its row is. Reading throws as `readSound`. */
export function recordingRows(files: readonly string[], tensor: EventTensor): RowSource {
  const [bands, frames] = tensor.shape;
  return {
    rows: files.length,
    shape: tensor.shape,
    async read(indices, into) {
      for (let i = 0; i < indices.length; i++) {
        const { samples, sampleRateHz } = await readSound(files[indices[i]!]!);
        into.set(tensor.compute(samples, sampleRateHz), i * bands * frames);
      }
    },
  };
}
