import { DataDirectory } from '../broker/data-directory.js';
import { PlantsenseError } from '../errors.js';

/** Takes a data directory; null when another process has it, to which one can attach then. */
export async function ownOrNull(path: string): Promise<DataDirectory | null> {
  try {
    return await DataDirectory.own(path);
  } catch (error) {
    if (error instanceof PlantsenseError && error.code === 'DATA_DIR_IN_USE') return null;
    throw error;
  }
}
