import { createHash } from 'node:crypto';
import type { LogMelOptions } from '../audio/log-mel.js';
import type { NoiseTrainingSet } from '../lifecycle/noise-training-set.js';
import { NoiseTrainingWindow } from '../lifecycle/noise-training-window.js';
import { EventTensor } from './event-tensor.js';
import { readSound } from './read-sound.js';

/**
 * Recordings as training events, one event a file. The set depends on what the files hold, not on their names and order;
 * a recording that is there twice counts once. They have no event time.
 *
 * @param onRead told of each file, and awaited
 * @param tensorPath where to keep their spectrograms, for networks; null for models that need none
 * @throws PlantsenseError as `readSound`; DISK_FULL, FILE_NOT_WRITABLE
 */
export async function trainingSetOfFiles(
  files: readonly string[],
  logMel: Partial<LogMelOptions>,
  onRead: (done: number, file: string) => void | Promise<void>,
  tensorPath: string | null = null,
): Promise<NoiseTrainingSet> {
  const tensor = new EventTensor(logMel);
  const [bands, frames] = tensor.shape;
  const { featureSet, options } = tensor;
  const window = new NoiseTrainingWindow({
    bands,
    frames,
    featureSet,
    featureOptions: { ...options },
    maxEvents: Math.max(1, files.length),
    tensorPath,
  });
  try {
    for (const [i, file] of files.entries()) {
      const { samples, sampleRateHz } = await readSound(file);
      const eventId = createHash('sha256').update(samples).digest('hex');
      await window.add({ eventId, timeUs: 0, featureSet, logMel: tensor.compute(samples, sampleRateHz) });
      await onRead(i + 1, file);
    }
    return await window.trainingSet();
  } catch (error) {
    await window.abandon();
    throw error;
  }
}
