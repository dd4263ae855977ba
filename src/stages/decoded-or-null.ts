import { PlantsenseError } from '../errors.js';

/**
 * A record for those who only look on; null for a tombstone and for what can't be decoded: the stage that consumes the topic
 * makes a dead letter of it.
 * @throws what is no fault of the message
 */
export function decodedOrNull<T>(decode: (value: Uint8Array) => T, value: Uint8Array | null): T | null {
  if (value === null) return null;
  try {
    return decode(value);
  } catch (error) {
    if (error instanceof PlantsenseError && error.class === 'terminal') return null;
    throw error;
  }
}
