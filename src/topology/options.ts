import { z } from 'zod';
import { Secret } from '../telemetry/secret.js';

/** `max_duration_secs` as TypeScript writes it: `maxDurationSecs`. */
type Camel<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;

/** The same object with its own keys in camel case. Values stay: nested groups have converted themselves. */
export type CamelKeys<T> = { readonly [K in keyof T as K extends string ? Camel<K> : K]: T[K] };

/**
 * A group of options: an unknown key is an error, and the snake case of YAML becomes the camel case of TypeScript.
 * Only the group's own keys are converted, never names that the user chose, such as topics and sensors.
 */
export function options<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape).transform(value => camelKeys(value));
}

/** What the user named, by name: a Map, so that no name can be mistaken for a property of an object. */
export function named<T extends z.ZodType>(key: z.ZodString, value: T) {
  return z
    .record(key, value)
    .transform((record): ReadonlyMap<string, z.output<T>> => new Map(Object.entries(record)));
}

/** Gives every option of `shape` its default. */
export function withDefaults<S extends Record<string, z.ZodType>>(
  shape: S,
  defaults: { readonly [K in keyof S]: z.output<S[K]> },
): { [K in keyof S]: z.ZodDefault<S[K]> } {
  return mapShape(shape, (schema, key) => schema.default(defaults[key] as never)) as {
    [K in keyof S]: z.ZodDefault<S[K]>;
  };
}

/** Lets every option of `shape` be left out, without a default: what is absent is taken from elsewhere. */
export function optional<S extends Record<string, z.ZodType>>(
  shape: S,
): { [K in keyof S]: z.ZodOptional<S[K]> } {
  return mapShape(shape, schema => schema.optional()) as { [K in keyof S]: z.ZodOptional<S[K]> };
}

/** A quantity. Its unit is the end of the option's name. */
export function number(min: number, max: number) {
  return z.number().min(min).max(max);
}

export function integer(min: number, max: number) {
  return z.int().min(min).max(max);
}

/** A quantity, or `off`: null. */
export function orOff<T extends z.ZodType<number>>(value: T) {
  return z.union([z.literal('off'), value]).transform(given => (given === 'off' ? null : given));
}

/** A password or the like: never shown, see `Secret`. `writeOnly` is JSON Schema's word for that. */
export function secret() {
  return z
    .string()
    .meta({ writeOnly: true })
    .transform(text => new Secret(text));
}

/** A text of a certain form. `words` names the form after "must be"; editors show it too, by VS Code's keyword. */
export function text(pattern: RegExp, words: string) {
  return z.string().regex(pattern).meta({ patternErrorMessage: words });
}

/** A topic's name, as Kafka allows it. */
export const topicName = text(
  /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/,
  'a topic name of letters, digits, dots, dashes and underscores',
);

function camelKeys<T extends object>(value: T): CamelKeys<T> {
  const entries = Object.entries(value).map(([key, inner]) => [
    key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    inner,
  ]);
  return Object.fromEntries(entries) as CamelKeys<T>;
}

function mapShape<S extends Record<string, z.ZodType>>(
  shape: S,
  change: (schema: S[keyof S], key: keyof S) => z.ZodType,
): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(shape).map(([key, schema]) => [key, change(schema as S[keyof S], key)]),
  );
}

/** Of every stage that reads what may be broken. */
export const deadLetter = topicName.describe(
  'Where messages go that can never be processed, with the reason and their original bytes.',
);
