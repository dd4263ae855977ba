import { parseCsv } from '../csv.js';
import { PlantsenseError } from '../errors.js';

export interface LabelRow {
  readonly id: string;
  readonly label: string;
}

/** As in records. */
const MOST_CHARACTERS = 256;

/**
 * Reads a CSV file of labels: its columns `id` and `label`; others are left aside.
 *
 * @param name for errors
 * @throws PlantsenseError CSV_INVALID with the row that is wrong
 */
export function parseLabelFile(text: string, name: string): LabelRow[] {
  const invalid = (message: string, cause?: unknown) =>
    new PlantsenseError('CSV_INVALID', `${name}: ${message}`, { cause });
  const rows = linesOf(text, invalid).map((columns, i) => {
    const cell = (column: string) => {
      const value = columns.get(column)?.trim();
      if (value === undefined) throw invalid(`It has no column ${column}; a first line names id and label.`);
      if (value.length > 0 && value.length <= MOST_CHARACTERS) return value;
      throw invalid(`The ${column} in row ${i + 1} must have 1 to ${MOST_CHARACTERS} characters.`);
    };
    return { id: cell('id'), label: cell('label') };
  });
  if (rows.length === 0) throw invalid('It holds no labels.');
  return rows;
}

/** Lines by the header's names; errors name the file. */
function linesOf(text: string, invalid: (message: string, cause: unknown) => PlantsenseError) {
  try {
    return parseCsv(text);
  } catch (error) {
    if (!(error instanceof PlantsenseError)) throw error;
    throw invalid(error.message, error);
  }
}
