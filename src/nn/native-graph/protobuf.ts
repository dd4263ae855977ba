/**
 * Writes messages of Protocol Buffers, the few kinds of fields that a graph of TensorFlow needs.
 *
 * Source: protobuf.dev/programming-guides/encoding.
 */
export class ProtobufMessage {
  readonly #parts: Uint8Array[] = [];

  /** A whole number, negative ones too. */
  integer(field: number, value: number): this {
    this.#varint(field << 3);
    return this.#varint(value);
  }

  /** Text, bytes, or a message within this one. */
  bytes(field: number, value: string | Uint8Array | ProtobufMessage): this {
    const bytes =
      value instanceof ProtobufMessage
        ? value.encode()
        : typeof value === 'string'
          ? Buffer.from(value)
          : value;
    this.#varint((field << 3) | 2);
    this.#varint(bytes.length);
    this.#parts.push(bytes);
    return this;
  }

  encode(): Uint8Array {
    return Buffer.concat(this.#parts);
  }

  #varint(value: number): this {
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    do {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      bytes.push(rest > 0n ? low | 0x80 : low);
    } while (rest > 0n);
    this.#parts.push(Uint8Array.from(bytes));
    return this;
  }
}
