import { PlantsenseError } from './errors.js';

/** The types of element that we write and read. */
export type NpyArray = Float32Array | Float64Array | Int32Array;

/** An array in C order: the last index runs fastest. */
export interface Npy {
  readonly data: NpyArray;
  readonly shape: readonly number[];
}

const MAGIC = '\x93NUMPY';
const ALIGNMENT = 64;

/**
 * An array as the bytes of a .npy file (format 1.0), which `numpy.load` reads.
 *
 * @throws PlantsenseError PARAMETER_INVALID when the shape and the length differ
 */
export function encodeNpy(data: NpyArray, shape: readonly number[] = [data.length]): Uint8Array {
  if (elements(shape) !== data.length)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `An array of shape (${shape.join(', ')}) has ${elements(shape)} values, not ${data.length}.`,
    );
  const header = encodeNpyHeader(typeName(data), shape);
  const start = header.length;
  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}

/**
 * What a .npy file begins with (format 1.0): for an array that is written piece by piece.
 * @param type of an element as numpy writes it: `<f4`
 */
export function encodeNpyHeader(type: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const bytes = new Uint8Array(ALIGNMENT * Math.ceil((MAGIC.length + 4 + header.length + 1) / ALIGNMENT));
  const headerLength = bytes.length - MAGIC.length - 4;
  putLatin1(bytes, 0, MAGIC);
  bytes[6] = 1;
  bytes[8] = headerLength;
  bytes[9] = headerLength >> 8;
  putLatin1(bytes, 10, `${header.padEnd(headerLength - 1)}\n`);
  return bytes;
}

/**
 * Reads a .npy file: float32, float64, int32, or int64 whose values fit into 32 bits; little endian, C order.
 *
 * @throws PlantsenseError NPY_INVALID
 */
export function decodeNpy(bytes: Uint8Array): Npy {
  const { type, shape, dataStart } = decodeNpyHeader(bytes);
  // A copy, so that the values are aligned whatever the bytes are a part of. (`slice` of a Buffer doesn't copy.)
  return { data: readValues(new Uint8Array(bytes.subarray(dataStart)), type, elements(shape)), shape };
}

/** What a .npy file holds, and where. */
export interface NpyHeader {
  /** Type of an element as numpy writes it: `<f4`. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Where the values begin, in bytes. */
  readonly dataStart: number;
}

/**
 * Reads the header of a .npy file in C order.
 *
 * @param bytes the file's first ones, at least those of the header
 * @throws PlantsenseError NPY_INVALID
 */
export function decodeNpyHeader(bytes: Uint8Array): NpyHeader {
  if (bytes.length < 12 || latin1(bytes.subarray(0, 6)) !== MAGIC)
    throw new PlantsenseError('NPY_INVALID', 'The file does not start as a .npy file does.');
  // Version 1 gives the header's length in 2 bytes, later ones in 4.
  const wide = bytes[6]! > 1;
  const at = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerStart = wide ? 12 : 10;
  const dataStart = headerStart + (wide ? at.getUint32(8, true) : at.getUint16(8, true));
  const header = latin1(bytes.subarray(headerStart, dataStart));
  const type = /'descr': *'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const tuple = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (dataStart > bytes.length || type === undefined || order === undefined || tuple === undefined)
    throw new PlantsenseError('NPY_INVALID', 'The header of the .npy file is damaged.');
  const shape = tuple
    .split(',')
    .filter(part => part.trim() !== '')
    .map(Number);
  if (order === 'True' && shape.length > 1)
    throw new PlantsenseError('NPY_INVALID', 'The .npy file is in Fortran order.');
  return { type, shape, dataStart };
}

function readValues(bytes: Uint8Array<ArrayBuffer>, type: string, length: number): NpyArray {
  const size = ELEMENT_BYTES.get(type);
  if (size === undefined)
    throw new PlantsenseError(
      'NPY_INVALID',
      `The .npy file holds values of type '${type}', not one of ${[...ELEMENT_BYTES.keys()].join(', ')}.`,
    );
  if (bytes.length < length * size)
    throw new PlantsenseError(
      'NPY_INVALID',
      `The .npy file is cut short: its shape needs ${length * size} bytes and it has ${bytes.length}.`,
    );
  if (type === '<f4') return new Float32Array(bytes.buffer, 0, length);
  if (type === '<f8') return new Float64Array(bytes.buffer, 0, length);
  if (type === '<i4') return new Int32Array(bytes.buffer, 0, length);
  return Int32Array.from(new BigInt64Array(bytes.buffer, 0, length), value => {
    if (BigInt.asIntN(32, value) !== value)
      throw new PlantsenseError(
        'NPY_INVALID',
        `The .npy file holds ${value}, which needs more than 32 bits.`,
      );
    return Number(value);
  });
}

const ELEMENT_BYTES: ReadonlyMap<string, number> = new Map([
  ['<f4', 4],
  ['<f8', 8],
  ['<i4', 4],
  ['<i8', 8],
]);

function typeName(data: NpyArray): string {
  if (data instanceof Float32Array) return '<f4';
  return data instanceof Float64Array ? '<f8' : '<i4';
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function putLatin1(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}
