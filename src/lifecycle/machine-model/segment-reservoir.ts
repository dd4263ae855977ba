import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { writeError } from '../../files.js';
import type { RowSource } from '../../nn/training/row-source.js';
import { readIfThere, writeWhole } from '../file-checkpoint.js';
import { lowestRanks } from './choose-segments.js';
import type { MachineTrainingSet, TrainingSegment } from './machine-training-set.js';

/** What a machine sounded like, of all that its models have learnt. */
interface Kept {
  readonly featureSet: string;
  readonly ranks: Float64Array;
  /** `[segments, bins, columns]` */
  readonly tensors: Float32Array;
}

/**
 * Segments that a machine's models have learnt, so that the next one, of a few hours, does not forget the rest: those of
 * lowest rank, so each segment that was ever learnt is in it as likely as any other. One file for each machine, 131 kB a
 * segment, replaced as a whole.
 */
export class SegmentReservoir {
  readonly #directory: string;
  readonly #path: string;

  /**
   * @param root of all machines
   * @param entity the machine
   */
  constructor(root: string, entity: string) {
    this.#directory = root;
    const id = createHash('sha256').update(entity).digest('hex').slice(0, 12);
    this.#path = join(root, `machine-${id}.segments`);
  }

  /** Its segments; none where it holds another feature set. */
  async segments(featureSet: string): Promise<TrainingSegment[]> {
    const kept = await this.#read();
    if (kept?.featureSet !== featureSet) return [];
    const size = kept.tensors.length / kept.ranks.length;
    return Array.from(kept.ranks, (rank, i) => ({
      rank,
      startTimeUs: null,
      tensor: kept.tensors.subarray(i * size, (i + 1) * size),
    }));
  }

  /**
   * Takes what a model was trained with, which holds what was here before.
   *
   * @param source the rows of the set
   * @param most segments to keep
   * @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE
   */
  async keep(set: MachineTrainingSet, source: RowSource, most: number): Promise<void> {
    const rows = Array.from(set.ranks, (rank, row) => ({ rank, row }));
    const chosen = lowestRanks(rows, most);
    const tensors = new Float32Array(chosen.length * set.shape[0] * set.shape[1]);
    await source.read(
      chosen.map(({ row }) => row),
      tensors,
    );
    const kept: Kept = {
      featureSet: set.featureSet,
      ranks: Float64Array.from(chosen, ({ rank }) => rank),
      tensors,
    };
    await mkdir(this.#directory, { recursive: true }).catch((cause: unknown) => {
      throw writeError(cause, `Can't make ${this.#directory}.`);
    });
    await writeWhole(this.#path, serialize(kept));
  }

  async #read(): Promise<Kept | null> {
    const bytes = await readIfThere(this.#path);
    if (!bytes) return null;
    try {
      return deserialize(bytes) as Kept;
    } catch {
      // Of a version of Node.js that serializes in another way.
      return null;
    }
  }
}
