import { csvLine, parseCsv } from '../../csv.js';
import { PlantsenseError } from '../../errors.js';

/** Which image a row of features is of. */
export interface ImageRow {
  readonly path: string;
  /** The folder that it is sorted into; null for none. */
  readonly nearLabel: string | null;
}

/** A table of images as CSV: a line a row of features. */
export function imageTable(images: readonly ImageRow[]): string {
  const lines = images.map(({ path, nearLabel }, row) => csvLine([row, path, nearLabel]));
  return csvLine(['row', 'path', 'near_label']) + lines.join('');
}

/**
 * Reads such a table, or a list of paths without a header, one a line.
 * @throws PlantsenseError CSV_INVALID when it is neither, or its rows are not in order
 */
export function parseImageTable(text: string): readonly ImageRow[] {
  if (!/^\uFEFF?("?row"?|"?path"?),/.test(text) && !/^\uFEFF?"?path"?\r?\n/.test(text))
    return text
      .split(/\r?\n/)
      .filter(path => path !== '')
      .map(path => ({ path, nearLabel: null }));
  return parseCsv(text).map((line, i) => {
    const [row, path] = [line.get('row'), line.get('path')];
    if (path === undefined)
      throw new PlantsenseError('CSV_INVALID', 'A table of images needs a column path.');
    if (row !== undefined && Number(row) !== i)
      throw new PlantsenseError('CSV_INVALID', `${path} is said to be row ${row}, but stands in row ${i}.`);
    return { path, nearLabel: line.get('near_label') || null };
  });
}
