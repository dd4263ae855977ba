import { z } from 'zod';

/** The part of JSON Schema (2020-12) that our options use. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  /** What a text of `pattern` is, in words. */
  readonly patternErrorMessage?: string;
  readonly minItems?: number;
  readonly writeOnly?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

export type Path = readonly (string | number)[];

/** What people may write in the file, as JSON Schema. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  // z.toJSONSchema types keywords more loosely than the part we use.
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
}

const REFERENCE = '\\$\\{';

/** The schema for editors: wherever a plain value is asked for, a text with a `${NAME}` in it does as well. */
export function editorSchema(schema: JsonSchema, title: string): JsonSchema {
  const { $schema, ...rest } = allowReferences(schema);
  return { ...($schema ? { $schema } : {}), title, ...rest };
}

function allowReferences(schema: JsonSchema): JsonSchema {
  const { description, default: value, type, enum: values, ...rest } = schema;
  const about = {
    ...(description === undefined ? {} : { description }),
    ...(value === undefined || isEmptyObject(value) ? {} : { default: value }),
  };
  if (type === 'number' || type === 'integer' || type === 'boolean')
    return { ...about, ...rest, type: [type, 'string'], pattern: REFERENCE };
  if (values)
    return {
      ...about,
      anyOf: [
        { type: 'string', enum: values },
        { type: 'string', pattern: REFERENCE },
      ],
    };
  if (type === 'string' && rest.pattern !== undefined)
    return { ...about, type, pattern: `${rest.pattern}|${REFERENCE}` };
  return { ...about, ...(type === undefined ? {} : { type }), ...mapChildren(rest, allowReferences) };
}

function mapChildren(schema: JsonSchema, change: (child: JsonSchema) => JsonSchema): JsonSchema {
  const { properties, additionalProperties, items, oneOf, anyOf, ...rest } = schema;
  return {
    ...rest,
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, child]) => [key, change(child)]),
          ),
        }
      : {}),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: additionalProperties && change(additionalProperties) }),
    ...(items ? { items: change(items) } : {}),
    ...(oneOf ? { oneOf: oneOf.map(change) } : {}),
    ...(anyOf ? { anyOf: anyOf.map(change) } : {}),
  };
}

/** The schema of the value under `key` of a mapping or list `value`; null where none is allowed or can be told. */
export function childSchema(schema: JsonSchema, value: unknown, key: string | number): JsonSchema | null {
  const form = chosenForm(schema, value);
  if (!form) return null;
  if (typeof key === 'number') return form.items ?? null;
  if (form.properties && Object.hasOwn(form.properties, key)) return form.properties[key] ?? null;
  return form.additionalProperties || null;
}

/** Of a tagged union the form with the value's `type`, of alternatives the one that holds children; else itself. */
export function chosenForm(schema: JsonSchema, value: unknown): JsonSchema | null {
  if (schema.oneOf) {
    const tag = isObject(value) ? value.type : undefined;
    return schema.oneOf.find(form => form.properties?.type?.const === tag) ?? null;
  }
  return schema.anyOf?.find(form => form.items ?? form.properties ?? form.additionalProperties) ?? schema;
}

/** The alternatives of a plain value: a number or `auto` has two. */
export function formsOf(schema: JsonSchema): readonly JsonSchema[] {
  return (schema.anyOf ?? [schema]).flatMap(form => (form.anyOf ? formsOf(form) : [form]));
}

/** The schema at `path` of `root`, following the tags of `value`. */
export function schemaAt(root: JsonSchema, value: unknown, path: Path): JsonSchema | null {
  let schema: JsonSchema | null = root;
  let inner = value;
  for (const key of path) {
    schema = schema && childSchema(schema, inner, key);
    inner = valueIn(inner, key);
  }
  return schema;
}

/** The value at `path` of a parsed document; undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce(valueIn, root);
}

function valueIn(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmptyObject(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}
