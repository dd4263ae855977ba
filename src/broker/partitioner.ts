import { PlantsenseError } from '../errors.js';
import type { OutgoingMessage } from './port.js';

/**
 * MurmurHash2 (Austin Appleby), 32 bit, with the seed of Apache Kafka's `Utils.murmur2`, so that every client, in any
 * language, puts a key in the same partition.
 *
 * @returns a signed 32-bit integer, as in Java
 */
export function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = data.length;
  let h = 0x9747b28c ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k = data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = length - i;
  if (rest >= 3) h ^= data[i + 2]! << 16;
  if (rest >= 2) h ^= data[i + 1]! << 8;
  if (rest >= 1) h = Math.imul(h ^ data[i]!, m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}

const encoder = new TextEncoder();

/** The partition of a key among `partitions`: Kafka's default, the hash without its sign bit, modulo. */
export function partitionForKey(key: string, partitions: number): number {
  return (murmur2(encoder.encode(key)) & 0x7fffffff) % partitions;
}

/**
 * Chooses partitions for the messages of one producer: the message's own, else by key, else each in turn.
 * `start` is the partition of the first message without a key.
 */
export function createPartitioner(start = 0): (message: OutgoingMessage, partitions: number) => number {
  let next = start;
  return (message, partitions) => {
    const own = message.partition;
    if (own !== undefined) {
      if (Number.isInteger(own) && own >= 0 && own < partitions) return own;
      throw new PlantsenseError(
        'PARAMETER_INVALID',
        `There is no partition ${own}: the topic has ${partitions}.`,
      );
    }
    if (message.key !== null) return partitionForKey(message.key, partitions);
    const partition = next % partitions;
    next = partition + 1;
    return partition;
  };
}
