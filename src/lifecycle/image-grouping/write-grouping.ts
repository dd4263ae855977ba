import { type GroupNode, nodesOf, pathName } from '../../cluster/grouping/group-tree.js';
import { PlantsenseError } from '../../errors.js';
import type { Image } from '../../vision/image.js';
import { contactSheet, sheetParts } from './contact-sheet.js';
import { type GroupFigures, groupFigures } from './group-figures.js';
import type { GroupingDirectory } from './grouping-directory.js';
import { groupFile, groupingPage, type PageSubject } from './grouping-page.js';
import type { GroupingSubject } from './grouping-subject.js';
import { cellsCsv, groupsCsv, type SweptCell, sweptCells } from './grouping-tables.js';
import { curvesPicture } from './picture/curves.js';
import { groupMap } from './picture/group-map.js';
import { rowsByDistance } from './rows-by-distance.js';

/** What came of a grouping. */
export interface Grouping {
  readonly tree: GroupNode;
  /** Of each group that was split, by path: its rows on their first two principal components, `[rows, 2]`. */
  readonly maps: ReadonlyMap<string, Float64Array>;
}

export interface WriteGroupingOptions extends Pick<PageSubject, 'about' | 'splitHint'> {
  /** Images on a contact sheet at most; 0: no sheets. */
  readonly thumbnails: number;
  /** Gives the image of a row. */
  readonly read: (row: number) => Promise<Image>;
  /** Told after each contact sheet, and why there is none of a group whose images can't be read any more. */
  readonly onSheet: (done: number, groups: number, failure: PlantsenseError | null) => void;
  readonly signal: AbortSignal;
}

export interface WrittenGrouping {
  readonly tree: GroupFigures;
  readonly cells: readonly SweptCell[];
  /** Names of what was written, the page first. */
  readonly files: readonly string[];
}

/**
 * Writes the page, tables and pictures of a grouping to its directory, in place of earlier ones.
 * @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE; the reason of the signal
 */
export async function writeGrouping(
  directory: GroupingDirectory,
  subject: GroupingSubject,
  grouping: Grouping,
  options: WriteGroupingOptions,
): Promise<WrittenGrouping> {
  const { nearLabels } = subject;
  await directory.clearResults();
  const tree = groupFigures(grouping.tree, nearLabels);
  const cells = sweptCells(grouping.tree, nearLabels);
  const names: string[] = [];
  const write = async (name: string, content: string | Uint8Array) => {
    await directory.write(name, content);
    names.push(name);
  };
  await write('groups.csv', groupsCsv(grouping.tree, subject));
  await write('cells.csv', cellsCsv(cells));
  await write('tree.json', `${JSON.stringify(tree, null, 2)}\n`);
  for (const node of nodesOf(grouping.tree)) {
    if (!node.choice) continue;
    await write(groupFile('curves', pathName(node.path)), curvesOf(node));
    await write(groupFile('map', pathName(node.path)), mapOf(node, grouping, subject));
  }
  if (options.thumbnails > 0) await writeSheets(subject, grouping.tree, options, write);
  // Last, so that it shows what is there.
  await write('index.html', groupingPage({ ...options, tree, files: new Set(names) }));
  return { tree, cells, files: ['index.html', ...names.slice(0, -1)] };
}

function curvesOf({ path, rows, cells, choice }: GroupNode): string {
  const { algorithm, k } = choice!.cell;
  const tried = cells.length === 1 ? 'One cell was tried.' : `Chosen, dotted: ${algorithm} with k = ${k}.`;
  return curvesPicture(cells, choice!.cell, nameOf(path, rows), tried);
}

function mapOf(
  { path, rows, children, choice }: GroupNode,
  { maps }: Grouping,
  { nearLabels }: GroupingSubject,
): string {
  const places = new Map(
    children.flatMap((child, group) => Array.from(child.rows, row => [row, group] as const)),
  );
  const title = `${nameOf(path, rows)} in ${children.length} groups`;
  const about = `First two principal components (PC) of the features; ${choice!.cell.algorithm} with k = ${choice!.cell.k}.`;
  return groupMap(
    {
      points: maps.get(pathName(path))!,
      groups: Array.from(rows, row => places.get(row)!),
      groupNames: children.map(child => pathName(child.path)),
      nearLabels: nearLabels && {
        ...nearLabels,
        ofRows: Int32Array.from(rows, row => nearLabels.ofRows[row]!),
      },
    },
    title,
    about,
  );
}

function nameOf(path: readonly number[], rows: Int32Array): string {
  return path.length === 0 ? `${rows.length} images` : `Group ${pathName(path)}: ${rows.length} images`;
}

async function writeSheets(
  { features, nearLabels }: GroupingSubject,
  tree: GroupNode,
  { thumbnails, read, onSheet, signal }: WriteGroupingOptions,
  write: (name: string, content: Uint8Array) => Promise<void>,
): Promise<void> {
  const groups = [...nodesOf(tree)].filter(({ path }) => path.length > 0);
  for (const [i, { path, rows }] of groups.entries()) {
    const parts = sheetParts(rowsByDistance(features, rows), thumbnails);
    const title = `Group ${pathName(path)}: ${rows.length} images`;
    const sheet = await contactSheet({ title, parts, nearLabels }, read).catch((error: unknown) => {
      if (error instanceof PlantsenseError) return error;
      throw error;
    });
    if (sheet instanceof PlantsenseError) onSheet(i + 1, groups.length, sheet);
    else {
      await write(groupFile('group', pathName(path)), sheet);
      onSheet(i + 1, groups.length, null);
    }
    signal.throwIfAborted();
  }
}
