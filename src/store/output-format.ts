import { PlantsenseError } from '../errors.js';

/** Formats that `db query` offers by a short name. */
const FORMAT_NAMES: Readonly<Record<string, string>> = {
  table: 'PrettyCompactMonoBlock',
  json: 'JSONEachRow',
  csv: 'CSVWithNames',
  tsv: 'TabSeparatedWithNames',
  markdown: 'Markdown',
  vertical: 'Vertical',
};

/**
 * The ClickHouse name of an output format; a ClickHouse name is taken as it is.
 * @throws PlantsenseError PARAMETER_INVALID
 */
export function outputFormat(name: string): string {
  const format = FORMAT_NAMES[name] ?? name;
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(format))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `There is no output format ${name}; try ${Object.keys(FORMAT_NAMES).join(', ')}.`,
    );
  return format;
}
