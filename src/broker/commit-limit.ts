import { PlantsenseError } from '../errors.js';

/** What Kafka keeps of a commit's metadata unless its brokers are told otherwise. */
const MAX_METADATA_BYTES = 4_096;

/** @throws PlantsenseError CHECKPOINT_TOO_LARGE */
export function checkMetadata(metadata: string): void {
  const bytes = Buffer.byteLength(metadata);
  if (bytes <= MAX_METADATA_BYTES) return;
  throw new PlantsenseError(
    'CHECKPOINT_TOO_LARGE',
    `The commit's metadata has ${bytes} bytes; ${MAX_METADATA_BYTES} are allowed.`,
  );
}
