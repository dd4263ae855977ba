import { PlantsenseError } from '../errors.js';
import { decodeAny } from './codec.js';
import { tensorFloats } from './tensor-bytes.js';

/** A message as a person or a program can read it. */
export interface DescribedRecord {
  /** `audio-chunk`; null when it can't be told. */
  readonly record: string | null;
  /** The fields, as JSON can hold them; null for a tombstone, and for what can't be decoded. */
  readonly value: Readonly<Record<string, unknown>> | null;
  /** Why it can't be decoded. */
  readonly error?: { readonly code: string; readonly message: string };
}

/**
 * Decodes a message of whatever kind.
 * @param full whether bytes are given as base64 and tensors as numbers; else only how many there are
 */
export function describeRecord(message: Uint8Array | null, full: boolean): DescribedRecord {
  if (message === null) return { record: null, value: null };
  try {
    const { record, value } = decodeAny(message);
    return { record, value: describeFields(value, full) };
  } catch (error) {
    if (!(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
    return {
      record: null,
      value: full ? { bytes: base64(message) } : { bytes: message.length },
      error: { code: error.code, message: error.message },
    };
  }
}

function describeFields(fields: object, full: boolean): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, describeField(name, value, full)]),
  );
}

function describeField(name: string, value: unknown, full: boolean): unknown {
  if (value instanceof Uint8Array) {
    if (name === 'tensor') return full ? [...tensorFloats(value)] : `${value.length / 4} float32`;
    return full ? base64(value) : `${value.length} bytes`;
  }
  if (Array.isArray(value)) return value.map(each => describeField(name, each, full));
  return typeof value === 'object' && value !== null ? describeFields(value, full) : value;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
