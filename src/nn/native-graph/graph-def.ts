import { ProtobufMessage } from './protobuf.js';

/** A type code of TensorFlow, `DataType` of types.proto. */
const TYPES = { float32: 1, int32: 3 } as const;
type TypeName = keyof typeof TYPES;

/** An attribute of a node: a type, text, a number, or a list of numbers. */
export type Attribute = { readonly type: TypeName } | string | number | readonly number[];

/** `VersionDef.producer` of TensorFlow 2.4: operations have meant the same since. */
const PRODUCER = 561;

/**
 * A graph of TensorFlow's operations, written node by node. A node's name stands for its first output.
 *
 * Source: tensorflow/core/framework/graph.proto, node_def.proto, attr_value.proto, tensor.proto.
 */
export class GraphDef {
  readonly #graph = new ProtobufMessage().bytes(4, new ProtobufMessage().integer(1, PRODUCER));

  /** A node of float32. @returns its name */
  node(
    name: string,
    operation: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const values = Object.entries({ T: { type: 'float32' } as const, ...attributes });
    return this.#add(
      name,
      operation,
      inputs,
      values.map(([key, value]) => [key, attributeValue(value)]),
    );
  }

  /** Float32 that each run is given. @param shape -1 for a size that varies */
  placeholder(name: string, shape: readonly number[]): string {
    return this.#add(
      name,
      'Placeholder',
      [],
      [
        ['dtype', attributeValue({ type: 'float32' })],
        ['shape', new ProtobufMessage().bytes(7, shapeMessage(shape))],
      ],
    );
  }

  /** Numbers that are always the same. */
  constant(name: string, values: Float32Array | Int32Array, shape: readonly number[]): string {
    const type = values instanceof Float32Array ? 'float32' : 'int32';
    const tensor = new ProtobufMessage()
      .integer(1, TYPES[type])
      .bytes(2, shapeMessage(shape))
      .bytes(4, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return this.#add(
      name,
      'Const',
      [],
      [
        ['dtype', attributeValue({ type })],
        ['value', new ProtobufMessage().bytes(8, tensor)],
      ],
    );
  }

  /** As the only graph of a SavedModel, under a tag; without variables. */
  savedModel(tag: string): Uint8Array {
    const meta = new ProtobufMessage().bytes(1, new ProtobufMessage().bytes(4, tag)).bytes(2, this.#graph);
    return new ProtobufMessage().integer(1, 1).bytes(2, meta).encode();
  }

  #add(
    name: string,
    operation: string,
    inputs: readonly string[],
    attributes: readonly (readonly [string, ProtobufMessage])[],
  ): string {
    const node = new ProtobufMessage().bytes(1, name).bytes(2, operation);
    for (const input of inputs) node.bytes(3, input);
    for (const [key, value] of attributes) node.bytes(5, new ProtobufMessage().bytes(1, key).bytes(2, value));
    this.#graph.bytes(1, node);
    return name;
  }
}

function attributeValue(value: Attribute): ProtobufMessage {
  const message = new ProtobufMessage();
  if (typeof value === 'string') return message.bytes(2, value);
  if (typeof value === 'number') return message.integer(3, value);
  if ('type' in value) return message.integer(6, TYPES[value.type]);
  const list = new ProtobufMessage();
  for (const each of value) list.integer(3, each);
  return message.bytes(1, list);
}

function shapeMessage(shape: readonly number[]): ProtobufMessage {
  const message = new ProtobufMessage();
  for (const size of shape) message.bytes(2, new ProtobufMessage().integer(1, size));
  return message;
}
