import { PlantsenseError } from '../errors.js';

export interface LabelRow {
  readonly id: string;
  readonly label: string;
}

/** A cell, in quotes, which are doubled inside, or without any. */
const CELL = / *(?:"((?:[^"]|"")*)"|([^",;\t]*?)) *(?=[,;\t]|$)/y;

/** As in records. */
const MOST_CHARACTERS = 256;

/**
 * Reads a file of labels, CSV as spreadsheets write it: an id and a label a line, a comma (or semicolon, or tab) between
 * them, quotes where they are needed. A first line `id,label` is a header; empty lines are left out.
 *
 * @param name for errors
 * @throws PlantsenseError USAGE_INVALID with the line that is wrong
 */
export function parseLabelFile(text: string, name: string): LabelRow[] {
  // Spreadsheets begin UTF-8 with a mark.
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const rows: LabelRow[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const cells = cellsOf(line);
    const [id = '', label = ''] = cells ?? [];
    if (i === 0 && id.toLowerCase() === 'id' && label.toLowerCase() === 'label') return;
    const isRight = (cell: string) => cell !== '' && cell.length <= MOST_CHARACTERS;
    if (cells?.length !== 2 || !isRight(id) || !isRight(label))
      throw new PlantsenseError(
        'USAGE_INVALID',
        `${name}, line ${i + 1}: it must hold an id and a label of up to ${MOST_CHARACTERS} characters, such as 0f3a,scratch.`,
      );
    rows.push({ id, label });
  });
  if (rows.length === 0) throw new PlantsenseError('USAGE_INVALID', `${name} holds no labels.`);
  return rows;
}

/** null where quotes are not closed. */
function cellsOf(line: string): string[] | null {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    CELL.lastIndex = at;
    const match = CELL.exec(line);
    if (!match) return null;
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    at = CELL.lastIndex;
    if (at === line.length) return cells;
    // The comma.
    at++;
  }
}
