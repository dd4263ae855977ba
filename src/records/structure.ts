import { isUtf8 } from 'node:buffer';
import avro from 'avsc';
import { PlantsenseError } from '../errors.js';

/**
 * Walks over an encoded value and returns where it ends.
 * @throws PlantsenseError RECORD_TRUNCATED, RECORD_INVALID
 */
type Walk = (bytes: Buffer, at: number) => number;

/**
 * Checks an Avro body byte by byte before avsc decodes it. avsc is fast because it trusts its input: a wrong count
 * of array items makes it loop or allocate without bound, and reading past the end gives zeros. After this check it may.
 *
 * @returns a function that throws RECORD_TRUNCATED when the body ends early, has bytes left over or lies about a
 *   length, and RECORD_INVALID for a value that its type can't have
 */
export function structureCheck(type: avro.Type): (bytes: Buffer, start: number) => void {
  const walk = walker(type, type.name ?? type.typeName);
  return (bytes, start) => {
    const end = walk(bytes, start);
    if (end !== bytes.length)
      throw new PlantsenseError(
        'RECORD_TRUNCATED',
        `The record ends at byte ${end} but the message has ${bytes.length}.`,
      );
  };
}

function walker(type: avro.Type, path: string): Walk {
  const { types } = avro;
  if (type instanceof types.RecordType) {
    const fields = type.fields.map(field => walker(field.type, `${path}.${field.name}`));
    return (bytes, at) => {
      let end = at;
      for (const field of fields) end = field(bytes, end);
      return end;
    };
  }
  if (type instanceof types.UnwrappedUnionType) {
    const branches = type.types.map(branch => walker(branch, path));
    return choice(path, branches.length, (bytes, at, index) => branches[index]!(bytes, at));
  }
  if (type instanceof types.EnumType) return choice(path, type.symbols.length, (_bytes, at) => at);
  if (type instanceof types.ArrayType) return array(path, walker(type.itemsType, `${path}[]`));
  switch (type.typeName) {
    case 'null':
      return (_bytes, at) => at;
    case 'boolean':
      return boolean(path);
    case 'int':
      return integer(path, -(2 ** 31), 2 ** 31 - 1);
    case 'long':
      return integer(path, -(2 ** 52), Number.MAX_SAFE_INTEGER - 1);
    case 'float':
      return (bytes, at) => within(bytes, at, 4, path);
    case 'double':
      return (bytes, at) => within(bytes, at, 8, path);
    case 'bytes':
      return (bytes, at) => sized(bytes, at, path);
    case 'string':
      return string(path);
    default:
      throw new PlantsenseError('INTERNAL', `${path} has the type ${type.typeName}, which no record uses.`);
  }
}

/** Where a varint ends, and its value: kept in one place, since a walk returns one number. */
let varint = 0;

function readVarint(bytes: Buffer, at: number, path: string): number {
  let value = 0;
  let scale = 1;
  let end = at;
  for (;;) {
    if (end >= bytes.length) throw truncated(path, bytes);
    const byte = bytes[end++]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
    scale *= 128;
    if (end - at === 10) throw invalid(path, 'is an integer of more than 64 bits');
  }
  varint = value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  return end;
}

function integer(path: string, least: number, most: number): Walk {
  return (bytes, at) => {
    const end = readVarint(bytes, at, path);
    if (varint < least || varint > most) throw invalid(path, `is ${varint}, outside ${least} to ${most}`);
    return end;
  };
}

function choice(
  path: string,
  count: number,
  walk: (bytes: Buffer, at: number, index: number) => number,
): Walk {
  return (bytes, at) => {
    const end = readVarint(bytes, at, path);
    if (varint < 0 || varint >= count) throw invalid(path, `names choice ${varint} of ${count}`);
    return walk(bytes, end, varint);
  };
}

/** Blocks of items, each with its count; a negative count is followed by the block's size in bytes. */
function array(path: string, item: Walk): Walk {
  return (bytes, at) => {
    let end = at;
    for (;;) {
      end = readVarint(bytes, end, path);
      let count = varint;
      if (count === 0) return end;
      let blockEnd = -1;
      if (count < 0) {
        count = -count;
        end = readVarint(bytes, end, path);
        blockEnd = end + varint;
      }
      // Every item that a record has takes at least a byte: so a lying count can't make avsc allocate.
      if (count > bytes.length - end) throw truncated(path, bytes);
      for (let i = 0; i < count; i++) end = item(bytes, end);
      if (blockEnd >= 0 && end !== blockEnd)
        throw new PlantsenseError('RECORD_TRUNCATED', `${path} lies about the length of a block.`);
    }
  };
}

function boolean(path: string): Walk {
  return (bytes, at) => {
    const end = within(bytes, at, 1, path);
    if (bytes[at]! > 1) throw invalid(path, `is the byte ${bytes[at]}, neither true nor false`);
    return end;
  };
}

function string(path: string): Walk {
  return (bytes, at) => {
    const end = sized(bytes, at, path);
    // Else two different ids could decode to the same replacement characters.
    if (!isUtf8(bytes.subarray(end - varint, end))) throw invalid(path, 'is not UTF-8');
    return end;
  };
}

function sized(bytes: Buffer, at: number, path: string): number {
  const start = readVarint(bytes, at, path);
  if (varint < 0) throw new PlantsenseError('RECORD_TRUNCATED', `${path} has the length ${varint}.`);
  return within(bytes, start, varint, path);
}

function within(bytes: Buffer, at: number, length: number, path: string): number {
  if (length > bytes.length - at) throw truncated(path, bytes);
  return at + length;
}

function truncated(path: string, bytes: Buffer): PlantsenseError {
  return new PlantsenseError(
    'RECORD_TRUNCATED',
    `${path} goes beyond the end of the message, which has ${bytes.length} bytes.`,
  );
}

function invalid(path: string, what: string): PlantsenseError {
  return new PlantsenseError('RECORD_INVALID', `${path} ${what}.`);
}
