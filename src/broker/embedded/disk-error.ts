import { PlantsenseError } from '../../errors.js';
import { isDiskFull } from '../../files.js';

/** An error of the file system as one of the catalogue. */
export function diskError(error: unknown, path: string): PlantsenseError {
  if (error instanceof PlantsenseError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (isDiskFull(error)) {
    return new PlantsenseError('DISK_FULL', `There is no room to write ${path} (${code}).`, { cause: error });
  }
  if (code === undefined)
    return new PlantsenseError('INTERNAL', `Using ${path} failed: ${message}.`, { cause: error });
  return new PlantsenseError('BROKER_UNAVAILABLE', `Using ${path} failed: ${message}.`, { cause: error });
}
