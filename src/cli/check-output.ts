import { PlantsenseError } from '../errors.js';
import { checkWritable, isSameFile } from '../files.js';

/**
 * Looks at what `--out`, or another option, names before anything is computed: hours of work would be lost, or what it is made from.
 *
 * @param inputs paths of the files that are read
 * @throws PlantsenseError USAGE_INVALID when it is one of the inputs; FILE_NOT_WRITABLE
 */
export async function checkOutput(out: string, inputs: readonly string[], option = '--out'): Promise<void> {
  for (const input of inputs)
    if (await isSameFile(out, input))
      throw new PlantsenseError('USAGE_INVALID', `${option} is the input ${input}, which would be lost.`);
  await checkWritable(out);
}
