const FLOAT_BYTES = 4;

/** The bytes of a tensor as records carry it: 32-bit floats, little endian. A view, no copy. */
export function tensorBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/**
 * The floats of a record's tensor. A view when the bytes happen to lie at a multiple of four in their message, else a
 * copy.
 */
export function tensorFloats(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % FLOAT_BYTES === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / FLOAT_BYTES));
}
