import avro from 'avsc';

/** The part of avsc's cursor that reading and writing bytes needs. */
interface Tap {
  readonly buf: Buffer;
  pos: number;
  readLong(): number;
  writeLong(value: number): void;
}

/**
 * Avro `bytes` that decodes to a view of the message instead of a copy: a chunk's samples are most of its bytes. The
 * view keeps the message's memory alive and has its alignment; who hands it to another thread copies it.
 * avsc has no public hook for this; these three methods are how its own types read, write and check.
 */
export class BytesView extends avro.types.BytesType {
  _read(tap: Tap): Buffer {
    const length = tap.readLong();
    const start = tap.pos;
    tap.pos += length;
    return tap.buf.subarray(start, tap.pos);
  }

  _write(tap: Tap, value: unknown): void {
    if (!(value instanceof Uint8Array)) throw new TypeError('bytes must be a Uint8Array');
    tap.writeLong(value.length);
    const start = tap.pos;
    tap.pos += value.length;
    // Too small a buffer: avsc sees it by the position and tries again with a larger one.
    if (tap.pos <= tap.buf.length) tap.buf.set(value, start);
  }

  _check(value: unknown, _flags: unknown, hook?: (value: unknown, type: avro.Type) => void): boolean {
    const fits = value instanceof Uint8Array;
    if (!fits && hook) hook(value, this);
    return fits;
  }
}

/** For avsc's `typeHook`: every `bytes` of a schema becomes a view. */
export function viewBytes(schema: unknown): avro.Type | undefined {
  const name = typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : schema;
  return name === 'bytes' ? new BytesView() : undefined;
}
