import { PlantsenseError } from '../errors.js';
import { type MachineSound, machineSound } from '../lifecycle/machine-model/machine-sound.js';
import type { SegmentCollector, SegmentedRecording } from '../lifecycle/machine-model/segment-set.js';
import { readSound } from './read-sound.js';

/**
 * A recording of a machine, at the rate of its models.
 * @throws PlantsenseError as `readSound`; PARAMETER_INVALID with the file's name when its rate can't be resampled
 */
export async function readMachineSound(path: string): Promise<MachineSound> {
  const { samples, sampleRateHz } = await readSound(path);
  try {
    return machineSound(samples, sampleRateHz);
  } catch (cause) {
    if (!(cause instanceof PlantsenseError)) throw cause;
    throw new PlantsenseError(cause.code, `${path}: ${cause.message}`, { cause });
  }
}

/**
 * Gives recordings to a collector, one in memory at a time.
 * @param onRead told of each file, and awaited
 * @throws PlantsenseError as {@link readMachineSound}; AUDIO_TOO_SHORT, DISK_FULL, FILE_NOT_WRITABLE
 */
export async function collectRecordings(
  files: readonly string[],
  collector: SegmentCollector,
  onRead: (done: number, file: string) => void | Promise<void>,
): Promise<SegmentedRecording[]> {
  const recordings: SegmentedRecording[] = [];
  for (const [i, file] of files.entries()) {
    recordings.push(await collector.add(file, await readMachineSound(file)));
    await onRead(i + 1, file);
  }
  return recordings;
}
