import { PlantsenseError } from './errors.js';

/** A line of a CSV file (RFC 4180 but for line ends): what holds a comma, a quote or a line end is quoted. */
export function csvLine(values: readonly (string | number | null)[]): string {
  return `${values.map(value => quoted(`${value ?? ''}`)).join(',')}\n`;
}

/**
 * A CSV file with a header, each line by the header's names. Empty lines are left out.
 *
 * @throws PlantsenseError CSV_INVALID for a quote without its end, and a line of other columns than the header's
 */
export function parseCsv(text: string): readonly ReadonlyMap<string, string>[] {
  const [header, ...lines] = csvLines(text.replace(/^\uFEFF/, ''));
  if (!header) return [];
  const names = header.values.map(name => name.trim());
  return lines.map(({ values, number }) => {
    if (values.length === names.length) return new Map(names.map((name, i) => [name, values[i]!]));
    throw new PlantsenseError(
      'CSV_INVALID',
      `Line ${number} has ${values.length} ${values.length === 1 ? 'value' : 'values'}; the header names ${names.length}.`,
    );
  });
}

interface Line {
  readonly values: readonly string[];
  /** In the file, from 1. */
  readonly number: number;
}

function csvLines(text: string): Line[] {
  const lines: Line[] = [];
  let values: string[] = [];
  let number = 1;
  let start = 1;
  const value = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (value.lastIndex < text.length || values.length > 0) {
    const match = value.exec(text);
    if (!match)
      throw new PlantsenseError(
        'CSV_INVALID',
        `Line ${number} has a quote without its end, or one inside a value.`,
      );
    const [whole, inQuotes, plain = '', end] = match;
    values.push(inQuotes === undefined ? plain : inQuotes.replaceAll('""', '"'));
    number += whole.split('\n').length - 1;
    if (end === ',') continue;
    if (values.length > 1 || values[0] !== '') lines.push({ values, number: start });
    values = [];
    start = number;
  }
  return lines;
}

function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
