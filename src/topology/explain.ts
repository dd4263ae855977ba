import type { z } from 'zod';
import { maskUrlPasswords } from '../telemetry/secret.js';
import {
  chosenForm,
  formsOf,
  isObject,
  type JsonSchema,
  type Path,
  schemaAt,
  valueAt,
} from './json-schema.js';
import { formatPath, type Problem, problem } from './problem.js';
import type { ResolvedValue } from './resolve-references.js';
import { nearestWord, suggestKey } from './suggest.js';
import type { YamlSource } from './yaml-source.js';

type Issue = z.core.$ZodIssue;

/** Turns what zod found into problems that say where, what is expected there, and what was probably meant. */
export class Explainer {
  readonly #schema: JsonSchema;
  readonly #resolved: ResolvedValue;
  readonly #source: YamlSource;

  constructor(schema: JsonSchema, resolved: ResolvedValue, source: YamlSource) {
    this.#schema = schema;
    this.#resolved = resolved;
    this.#source = source;
  }

  explain(issue: Issue): Problem[] {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys') return issue.keys.map(key => this.#unknownKey(path, key));
    if (issue.code === 'invalid_key') return [this.#invalidName(path)];
    return [this.#invalidValue(path)];
  }

  #unknownKey(parent: Path, key: string): Problem {
    const path = [...parent, key];
    const at = this.#source.keyPlace(path);
    const form = this.#form(parent);
    const value = valueAt(this.#resolved.value, path);
    const meant = suggestKey(key, value, Object.keys(form?.properties ?? {}));
    if (meant?.kind === 'unit') {
      const suggestion = meant.value === null ? `\`${meant.key}\`` : `\`${meant.key}: ${meant.value}\``;
      return problem('wrong-unit', at, path, `\`${key}\` has the wrong unit.`, `Use ${suggestion}.`);
    }
    const message = `There is no option \`${key}\` ${inPlace(parent)}.`;
    if (meant) return problem('unknown-key', at, path, message, `Did you mean \`${meant.key}\`?`);
    const home = findKey(this.#schema, key, []);
    return problem('unknown-key', at, path, message, home ? `It belongs ${inPlace(home)}.` : null);
  }

  #invalidName(path: Path): Problem {
    const name = String(path.at(-1));
    const rule = this.#form(path.slice(0, -1))?.propertyNames?.patternErrorMessage ?? 'another one';
    return problem(
      'invalid-value',
      this.#source.keyPlace(path),
      path,
      `${JSON.stringify(name)} can't be a name ${inPlace(path.slice(0, -1))}.`,
      `It must be ${rule}.`,
    );
  }

  #invalidValue(path: Path): Problem {
    const value = valueAt(this.#resolved.value, path);
    const words = this.#allowedWords(path);
    const expected = this.#expected(path, words);
    const name = path.length === 0 ? 'the file' : `\`${path.at(-1)}\``;
    if (value === undefined && path.length > 0) {
      const parent = path.slice(0, -1);
      return problem(
        'missing-option',
        this.#source.keyPlace(parent),
        path,
        `${name} is missing ${inPlace(parent)}; it must be ${expected}.`,
      );
    }
    const nearest = typeof value === 'string' ? nearestWord(value, words) : null;
    return problem(
      'invalid-value',
      this.#source.place(path),
      path,
      `${capital(name)} must be ${expected}, not ${this.#show(path, value)}.`,
      nearest === null ? null : `Did you mean \`${nearest}\`?`,
    );
  }

  /** The words that may stand at `path`: of an enumeration, or the tags of a union. */
  #allowedWords(path: Path): readonly string[] {
    const parent = this.#at(path.slice(0, -1));
    if (path.at(-1) === 'type' && parent?.oneOf)
      return parent.oneOf.flatMap(form => form.properties?.type?.const ?? []);
    const schema = this.#at(path);
    return schema ? formsOf(schema).flatMap(form => form.enum ?? form.const ?? []) : [];
  }

  #expected(path: Path, words: readonly string[]): string {
    const schema = this.#at(path);
    if (!schema) return words.length > 0 ? listWords(words) : 'left out';
    return describe(schema, String(path.at(-1) ?? ''));
  }

  #at(path: Path): JsonSchema | null {
    return schemaAt(this.#schema, this.#resolved.value, path);
  }

  #form(path: Path): JsonSchema | null {
    const schema = this.#at(path);
    return schema && chosenForm(schema, valueAt(this.#resolved.value, path));
  }

  /** A value as the user wrote it; never what a variable held, and never a password. */
  #show(path: Path, value: unknown): string {
    if (this.#at(path)?.writeOnly) return 'what is given';
    const template = this.#resolved.templates.get(formatPath(path));
    if (template !== undefined) return `what \`${template}\` gives`;
    if (Array.isArray(value)) return 'a list';
    if (isObject(value)) return 'a group of options';
    const text = maskUrlPasswords(JSON.stringify(value) ?? String(value));
    return text.length > 60 ? `${text.slice(0, 57)}...` : text;
  }
}

const UNIT_WORDS: Readonly<Record<string, string>> = {
  ms: ' of milliseconds',
  secs: ' of seconds',
  hours: ' of hours',
  days: ' of days',
  bytes: ' of bytes',
  hz: ' of hertz',
  db: ' of decibels',
  spl: ' of decibels',
  dbfs: ' of decibels',
};

/** What a schema asks for, in words: "a number of seconds from 1 to 3600". */
export function describe(schema: JsonSchema, key: string): string {
  const forms = formsOf(schema);
  if (forms.length > 1) return forms.map(form => describe(form, key)).join(' or ');
  if (schema.enum) return listWords(schema.enum);
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.type === 'number' || schema.type === 'integer') {
    const unit = UNIT_WORDS[key.slice(key.lastIndexOf('_') + 1)] ?? '';
    const kind = schema.type === 'integer' ? 'a whole number' : 'a number';
    return `${kind}${unit} from ${schema.minimum} to ${schema.maximum}`;
  }
  if (schema.type === 'boolean') return '`true` or `false`';
  if (schema.type === 'null') return '`null`';
  if (schema.type === 'array') return 'a list';
  if (schema.type === 'string') return schema.patternErrorMessage ?? 'a text';
  return 'a group of options';
}

function listWords(words: readonly string[]): string {
  const quoted = words.map(word => `\`${word}\``);
  return quoted.length === 1 ? quoted.join() : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

function inPlace(path: Path): string {
  return path.length === 0 ? 'at the top of the file' : `in \`${formatPath(path)}\``;
}

/** The group that knows the option `key`; `*` stands for names that the user chooses. */
function findKey(schema: JsonSchema, key: string, path: Path): Path | null {
  if (schema.properties && Object.hasOwn(schema.properties, key)) return path;
  const children: [string, JsonSchema][] = Object.entries(schema.properties ?? {});
  if (schema.additionalProperties) children.push(['*', schema.additionalProperties]);
  for (const [name, child] of children) {
    const found = findKey(child, key, [...path, name]);
    if (found) return found;
  }
  for (const form of schema.oneOf ?? schema.anyOf ?? []) {
    const found = findKey(form, key, path);
    if (found) return found;
  }
  return null;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
