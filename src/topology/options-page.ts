import { describe } from './explain.js';
import { isObject, type JsonSchema, type Path } from './json-schema.js';
import { formatPath } from './problem.js';

/** The tables of all options of a schema, one section for each group, in the order of the file. */
export function renderOptions(schema: JsonSchema): string {
  const seen = new Map<string, string>();
  return sectionsOf(schema, [], '')
    .map(section => renderSection(section, seen))
    .join('\n');
}

interface Section {
  readonly path: Path;
  /** The tag of a union's form, or empty. */
  readonly tag: string;
  readonly about: string;
  readonly schema: JsonSchema;
}

function sectionsOf(schema: JsonSchema, path: Path, about: string): readonly Section[] {
  const { oneOf, anyOf, items, properties, additionalProperties } = schema;
  const text = schema.description ?? about;
  if (oneOf) {
    return oneOf.flatMap(form => {
      const type = form.properties?.type;
      const [own, ...inner] = sectionsOf(form, path, type?.description ?? '');
      return own ? [{ ...own, tag: type?.const ?? '' }, ...inner] : [];
    });
  }
  if (anyOf) return anyOf.flatMap(form => sectionsOf(form, path, text));
  if (items) return sectionsOf(items, [...path, '*'], text);
  if (additionalProperties) return sectionsOf(additionalProperties, [...path, '*'], text);
  if (!properties) return [];
  const children = Object.entries(properties).flatMap(([key, child]) =>
    sectionsOf(child, [...path, key], ''),
  );
  return [{ path, tag: '', about: text, schema }, ...children];
}

function renderSection({ path, tag, about, schema }: Section, seen: Map<string, string>): string {
  const title = path.length === 0 ? 'Top of the file' : `\`${formatPath(path)}\``;
  const heading = `## ${title}${tag ? `, \`type: ${tag}\`` : ''}\n${about ? `\n${about}\n` : ''}`;
  const properties = Object.entries(schema.properties ?? {}).filter(([key]) => key !== 'type' || !tag);
  if (properties.length === 0) return `${heading}\nNo further options.\n`;
  const names = properties.map(([key]) => key).join();
  const like = seen.get(names);
  if (like && properties.length > 1) {
    const own = properties.some(([, child]) => child.default !== undefined);
    return `${heading}\nThe options of ${like}${own ? '' : ', without defaults of their own'}.\n`;
  }
  seen.set(names, title);
  const rows = properties.map(([key, child]) => {
    const required = schema.required?.includes(key) ?? false;
    return `| \`${key}\` | ${cell(describe(child, key))} | ${defaultOf(child, required)} | ${cell(child.description ?? formTexts(child))} |`;
  });
  return `${heading}\n| option | value | default | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (required) return 'required';
  if (schema.default === undefined || isObject(schema.default)) return '';
  return `\`${typeof schema.default === 'string' ? schema.default || '""' : JSON.stringify(schema.default)}\``;
}

function formTexts(schema: JsonSchema): string {
  return (schema.anyOf ?? []).flatMap(form => form.description ?? []).join(' ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
