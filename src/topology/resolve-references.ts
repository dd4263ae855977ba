import { childSchema, formsOf, isObject, type JsonSchema, type Path } from './json-schema.js';
import { formatPath } from './problem.js';
import { Interpolated } from './yaml-source.js';

export interface ResolvedValue {
  readonly value: unknown;
  /** The text as it stands in the file, by path, of what holds variables. Never print what became of it. */
  readonly templates: ReadonlyMap<string, string>;
}

/**
 * Replaces each `Interpolated` of a value by its text, or, where the schema wants one, by the number, boolean or null
 * that the text spells: `port: ${PORT}` is a number and `password: ${PW}` a text, whatever the variables hold.
 */
export function resolveReferences(value: unknown, schema: JsonSchema): ResolvedValue {
  const templates = new Map<string, string>();
  const resolve = (inner: unknown, at: JsonSchema | null, path: Path): unknown => {
    if (inner instanceof Interpolated) {
      templates.set(formatPath(path), inner.template);
      return at ? typed(inner.text, at) : inner.text;
    }
    if (Array.isArray(inner))
      return inner.map((item, i) => resolve(item, at && childSchema(at, inner, i), [...path, i]));
    if (!isObject(inner)) return inner;
    const plain = { ...inner, ...(inner.type instanceof Interpolated ? { type: inner.type.text } : {}) };
    return Object.fromEntries(
      Object.entries(inner).map(([key, child]) => [
        key,
        resolve(child, at && childSchema(at, plain, key), [...path, key]),
      ]),
    );
  };
  return { value: resolve(value, schema, []), templates };
}

function typed(text: string, schema: JsonSchema): unknown {
  const types = new Set(formsOf(schema).map(form => form.type));
  if ((types.has('number') || types.has('integer')) && /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text))
    return Number(text);
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (types.has('null') && text === 'null') return null;
  return text;
}
