import { createHash } from 'node:crypto';
import type { Headers } from '../broker/port.js';
import type { Origin } from '../stream/checkpoint.js';

const HEADER = 'origin';

/**
 * Names what writes records in order: one partition of one incarnation of a stage's input. Short, because consumers
 * keep it in their checkpoints.
 */
export function originSource(stage: string, topic: string, incarnation: string, partition: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([stage, topic, incarnation]))
    .digest('base64url');
  return `${hash.slice(0, 8)}.${partition}`;
}

/** The header that tells consumers which input made a record, so that they can drop what they have seen. */
export function originHeaders({ source, offset, index }: Origin): Headers {
  return { [HEADER]: Buffer.from(`${source}:${offset}:${index}`) };
}

/** null when the record has no origin: it was not written by a stage. */
export function originOf(headers: Headers): Origin | null {
  const bytes = headers[HEADER];
  if (!bytes) return null;
  // Whoever else writes a header of this name must not fill the checkpoints of consumers with it.
  if (bytes.length > 64) return null;
  const match = /^([\w-]{8}\.\d+):(\d{1,15}):(\d{1,15})$/.exec(Buffer.from(bytes).toString());
  return match ? { source: match[1]!, offset: Number(match[2]), index: Number(match[3]) } : null;
}
