import { isDeepStrictEqual } from 'node:util';
import { PlantsenseError } from '../../errors.js';
import type { NpyArray } from '../../npy.js';
import type { EarlyStoppingState } from './early-stopping.js';
import type { LearningRateState } from './learning-rate.js';
import type { LossValues } from './losses.js';
import { packArrays, unpackArrays } from './packed-arrays.js';

/** Where a training keeps its last checkpoint. */
export interface CheckpointPort {
  /** The last checkpoint; null when there is none. */
  load(): Promise<Uint8Array | null>;
  /** Replaces it. What is there after a crash must be the old one or the new one, whole. */
  save(bytes: Uint8Array): Promise<void>;
}

/** How far a training is, and what it remembers besides arrays. */
export interface TrainingPosition {
  readonly epoch: number;
  /** Next minibatch of the epoch. */
  readonly batch: number;
  readonly step: number;
  /** Of the epoch's rows so far: how many, and the sum of each loss over them. */
  readonly rowsSeen: number;
  readonly sums: Readonly<Record<string, number>>;
  /** Mean losses of the last whole epoch. */
  readonly last: LossValues | null;
  readonly heldOutLoss: number | null;
  readonly isFinished: boolean;
  readonly stoppedEarly: boolean;
  readonly learningRate: LearningRateState;
  readonly earlyStopping: EarlyStoppingState | null;
}

/** Everything from which a training goes on as if nothing had happened. Random numbers need none: `deriveSeed`. */
export interface Checkpoint {
  readonly position: TrainingPosition;
  readonly variables: readonly Float32Array[];
  readonly slots: readonly Float32Array[];
  /** Weights with the lowest held-out loss. */
  readonly best: readonly Float32Array[] | null;
  readonly objective: ReadonlyMap<string, NpyArray>;
}

interface Head {
  readonly fingerprint: unknown;
  readonly position: TrainingPosition;
  readonly counts: { readonly variables: number; readonly slots: number; readonly best: number | null };
}

/** @param fingerprint what the training depends on, as JSON: only the same may read the checkpoint */
export function encodeCheckpoint(checkpoint: Checkpoint, fingerprint: unknown): Uint8Array {
  const { position, variables, slots, best, objective } = checkpoint;
  const counts = { variables: variables.length, slots: slots.length, best: best?.length ?? null };
  const json: Head = { fingerprint, position, counts };
  const arrays = new Map<string, NpyArray>();
  for (const [kind, values] of Object.entries({ variables, slots, best: best ?? [] }))
    values.forEach((value, i) => {
      arrays.set(`${kind}/${i}`, value);
    });
  for (const [name, value] of objective) arrays.set(`objective/${name}`, value);
  return packArrays({ json, arrays });
}

/** @throws PlantsenseError TRAINING_CHECKPOINT_INVALID when it is damaged or of another training */
export function decodeCheckpoint(bytes: Uint8Array, fingerprint: unknown): Checkpoint {
  const { json, arrays } = unpackArrays(bytes);
  const head = json as Head;
  // JSON leaves out what is undefined.
  if (!isDeepStrictEqual(head.fingerprint, JSON.parse(JSON.stringify(fingerprint))))
    throw new PlantsenseError(
      'TRAINING_CHECKPOINT_INVALID',
      'The checkpoint is of a training with other rows or options.',
    );
  const list = (kind: string, count: number) =>
    Array.from({ length: count }, (_, i) => arrays.get(`${kind}/${i}`) as Float32Array);
  const objective = [...arrays].filter(([name]) => name.startsWith('objective/'));
  return {
    position: head.position,
    variables: list('variables', head.counts.variables),
    slots: list('slots', head.counts.slots),
    best: head.counts.best === null ? null : list('best', head.counts.best),
    objective: new Map(objective.map(([name, value]) => [name.slice('objective/'.length), value])),
  };
}
