import { basename, resolve } from 'node:path';
import { NO_NEAR_LABEL } from '../../cluster/c-score/c-score.js';
import { parseCsv } from '../../csv.js';
import { PlantsenseError } from '../../errors.js';

/** What somebody says of the images before they are grouped, such as the folders that they are sorted into. */
export interface NearLabels {
  /** By name. */
  readonly names: readonly string[];
  /** Of each row, its place in `names`; -1 for none. */
  readonly ofRows: Int32Array;
}

/** @returns null when no row has one */
export function nearLabelsOf(labels: readonly (string | null)[]): NearLabels | null {
  const names = [...new Set(labels.filter(label => label !== null))].sort(byName);
  if (names.length === 0) return null;
  const places = new Map(names.map((name, i) => [name, i]));
  const ofRows = Int32Array.from(labels, label => (label === null ? NO_NEAR_LABEL : places.get(label)!));
  return { names, ofRows };
}

/** 2 before 10. */
function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Images and rows that an error names; of the others it says how many there are. */
const NAMED = 5;

/**
 * The near-label of each image by a CSV file with the columns `near_label` and `path`, or `row` (from 0). A path may be
 * shortened from the front, or have more in front, as long as it tells the images apart. Lines of other images are left aside.
 *
 * @param paths of the images, in the order of the rows
 * @returns null for an image whose near-label is empty
 * @throws PlantsenseError CSV_INVALID; NEAR_LABELS_INVALID when it leaves images out, or says two things of one
 */
export function parseNearLabels(csv: string, paths: readonly string[]): (string | null)[] {
  const lines = parseCsv(csv);
  const columns = lines[0] ?? new Map<string, string>();
  const hasPaths = columns.has('path');
  if (!columns.has('near_label') || !(hasPaths || columns.has('row')))
    throw invalid('It needs the columns path (or row) and near_label.');
  const rowsOf = hasPaths ? rowsByPath(paths) : rowByNumber(paths.length);
  const labels = new Map<number, string>();
  for (const line of lines) {
    const name = line.get(hasPaths ? 'path' : 'row')!;
    const rows = rowsOf(name);
    if (rows.length > 1)
      throw invalid(`${name} stands for ${rows.length} images: ${some(rows.map(row => paths[row]!))}.`);
    const [row] = rows;
    const label = line.get('near_label')!.trim();
    if (row === undefined) continue;
    if ((labels.get(row) ?? label) !== label)
      throw invalid(`It says two things of ${paths[row]}: ${labels.get(row)} and ${label}.`);
    labels.set(row, label);
  }
  const missing = paths.filter((_, row) => !labels.has(row));
  if (missing.length > 0)
    throw invalid(`It has no line for ${missing.length} of ${paths.length} images: ${some(missing)}.`);
  return paths.map((_, row) => labels.get(row) || null);
}

/** Finds the images that a path may stand for. */
function rowsByPath(paths: readonly string[]): (path: string) => readonly number[] {
  const exact = new Map<string, number>();
  const byFileName = new Map<string, number[]>();
  for (const [row, path] of paths.entries()) {
    exact.set(resolve(path), row);
    const others = byFileName.get(basename(path)) ?? [];
    byFileName.set(basename(path), [...others, row]);
  }
  return name => {
    const row = exact.get(resolve(name));
    if (row !== undefined) return [row];
    const isEndOf = (end: string, whole: string) => `/${whole}`.endsWith(`/${end}`);
    const candidates = byFileName.get(basename(name)) ?? [];
    return candidates.filter(i => isEndOf(name, paths[i]!) || isEndOf(paths[i]!, name));
  };
}

function rowByNumber(rows: number): (name: string) => readonly number[] {
  return name => {
    const row = Number(name);
    return name.trim() !== '' && Number.isInteger(row) && row >= 0 && row < rows ? [row] : [];
  };
}

function some(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function invalid(message: string): PlantsenseError {
  return new PlantsenseError('NEAR_LABELS_INVALID', message);
}
