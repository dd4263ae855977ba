import { PlantsenseError } from '../../errors.js';
import { decodeNpy, encodeNpy, type NpyArray } from '../../npy.js';

/** JSON and named arrays, to be kept as one piece. */
export interface Packed {
  readonly json: unknown;
  readonly arrays: ReadonlyMap<string, NpyArray>;
}

const LENGTH_BYTES = 4;

/** One piece of bytes: the length of the JSON, the JSON with the arrays' places, and each array as .npy. */
export function packArrays({ json, arrays }: Packed): Uint8Array {
  const files = [...arrays].map(([name, data]) => ({ name, bytes: encodeNpy(data) }));
  const places = files.map(({ name, bytes }) => [name, bytes.length]);
  const head = Buffer.from(JSON.stringify({ json, places }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(head.length);
  return new Uint8Array(Buffer.concat([length, head, ...files.map(({ bytes }) => bytes)]));
}

/** @throws PlantsenseError TRAINING_CHECKPOINT_INVALID */
export function unpackArrays(bytes: Uint8Array): Packed {
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = LENGTH_BYTES + buffer.readUInt32LE(0);
    const head = JSON.parse(buffer.toString('utf8', LENGTH_BYTES, at)) as {
      readonly json: unknown;
      readonly places: readonly (readonly [string, number])[];
    };
    const arrays = new Map<string, NpyArray>();
    for (const [name, length] of head.places) {
      arrays.set(name, decodeNpy(buffer.subarray(at, at + length)).data);
      at += length;
    }
    return { json: head.json, arrays };
  } catch (cause) {
    throw new PlantsenseError('TRAINING_CHECKPOINT_INVALID', 'The checkpoint of a training is damaged.', {
      cause,
    });
  }
}
