import { createHash } from 'node:crypto';

const ID_BYTES = 16;

/**
 * Id of something that was cut out of a stream. It derives from where the content comes from, so that every run over
 * the same log gives the same id.
 *
 * @param kind keeps the ids of different things with one origin apart: `event`, `segment`
 * @param firstSample index of its first sample in the stream
 * @returns 32 hex digits
 */
export function originId(kind: string, sensor: string, streamId: string, firstSample: number): string {
  // JSON separates the parts: names that run together can't give the id of others.
  const origin = JSON.stringify([kind, sensor, streamId, firstSample]);
  return createHash('sha256').update(origin).digest().toString('hex', 0, ID_BYTES);
}

/** Id of a noise event: a hash of sensor, stream and first sample. */
export function eventId(sensor: string, streamId: string, firstSample: number): string {
  return originId('event', sensor, streamId, firstSample);
}
