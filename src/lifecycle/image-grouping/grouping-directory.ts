import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DataDirectory } from '../../broker/data-directory.js';
import type { Cell } from '../../cluster/grouping/cell.js';
import { PlantsenseError } from '../../errors.js';
import { writeBytes, writeError } from '../../files.js';
import { readIfThere, writeWhole } from '../file-checkpoint.js';
import type { KeptCells } from './grow-kept-tree.js';

/** What cells depend on, besides the rows that they group. Its parts are named to a person who changes one. */
export type GroupingKey = Readonly<Record<string, string | number | null>>;

/** What a grouping writes: what it finds of these is its own, once it has {@link KEPT}. */
const RESULTS = /^(index\.html|cells\.csv|groups\.csv|tree\.json|(curves|map|group)(-\d+)*\.(svg|jpg))$/;

/** Where it keeps what makes the next run quick. */
const KEPT = '.grouping';

/**
 * The directory of a grouping: results that people look at, and in a hidden directory every cell that was computed, so that
 * a grouping that was stopped goes on, and one whose choice a person changes computes only what is new. It belongs to one
 * process at a time.
 */
export class GroupingDirectory {
  readonly path: string;
  readonly #lock: DataDirectory;
  #file: FileHandle | null = null;

  private constructor(path: string, lock: DataDirectory) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Takes a directory, which is made if it is not there.
   * @throws PlantsenseError GROUPING_RESULT_INVALID when files of other origin are in the way; DATA_DIR_IN_USE; DISK_FULL,
   *   FILE_NOT_WRITABLE
   */
  static async own(path: string): Promise<GroupingDirectory> {
    await mkdir(path, { recursive: true }).catch((cause: unknown) => {
      throw writeError(cause, `Can't make ${path}.`);
    });
    const names = await readdir(path);
    const inTheWay = names.includes(KEPT) ? undefined : names.find(name => RESULTS.test(name));
    if (inTheWay !== undefined)
      throw new PlantsenseError(
        'GROUPING_RESULT_INVALID',
        `${join(path, inTheWay)} is there, and ${path} is not the directory of a grouping.`,
      );
    return new GroupingDirectory(path, await DataDirectory.own(join(path, KEPT)));
  }

  /** Where something is kept that is no result. */
  kept(name: string): string {
    return join(this.#lock.path, name);
  }

  /**
   * Gives the cells of earlier runs, and takes new ones from now on.
   * @param restart forgets them
   * @throws PlantsenseError GROUPING_RESULT_INVALID when they were computed from something else; DISK_FULL, FILE_NOT_WRITABLE
   */
  async openCells(key: GroupingKey, restart: boolean): Promise<KeptCells> {
    if (restart) for (const path of [this.#keyPath, this.#cellsPath]) await rm(path, { force: true });
    const before = parse(await readIfThere(this.#keyPath)) as GroupingKey | null;
    if (before) this.#checkKey(before, key);
    else await writeWhole(this.#keyPath, Buffer.from(`${JSON.stringify(key)}\n`));
    const { cells, wholeBytes } = parseCells(await readIfThere(this.#cellsPath));
    this.#file = await open(this.#cellsPath, 'a');
    // A line that was cut off by the end of the process.
    await this.#file.truncate(wholeBytes);
    return cells;
  }

  /** Keeps a cell; see `openCells`. */
  async keepCell(rowsId: string, cell: Cell): Promise<void> {
    const labels = cell.labels && Array.from(cell.labels);
    await this.#file!.write(`${JSON.stringify({ rowsId, ...cell, labels })}\n`).catch((cause: unknown) => {
      throw writeError(cause, `Can't write ${this.#cellsPath}.`);
    });
  }

  /** Removes the results of earlier runs: the next ones may have other groups. */
  async clearResults(): Promise<void> {
    for (const name of await readdir(this.path))
      if (RESULTS.test(name)) await rm(join(this.path, name), { force: true });
  }

  /** @throws PlantsenseError DISK_FULL, FILE_NOT_WRITABLE */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    await writeBytes(join(this.path, name), typeof content === 'string' ? Buffer.from(content) : content);
  }

  /** Leaves it to the next process. */
  async release(): Promise<void> {
    await this.#file?.close();
    await this.#lock.release();
  }

  #checkKey(before: GroupingKey, key: GroupingKey): void {
    const names = Object.keys({ ...before, ...key });
    const differing = names.filter(name => !isDeepStrictEqual(before[name] ?? null, key[name] ?? null));
    if (differing.length === 0) return;
    const said = differing.map(
      name => `${name} (${before[name] ?? 'none'} there, ${key[name] ?? 'none'} now)`,
    );
    throw new PlantsenseError(
      'GROUPING_RESULT_INVALID',
      `${this.path} holds a grouping that differs in ${said.join(', ')}.`,
    );
  }

  get #keyPath(): string {
    return this.kept('key.json');
  }

  get #cellsPath(): string {
    return this.kept('cells.ndjson');
  }
}

/** Whole lines only: what follows one that is cut off or damaged is computed again. */
function parseCells(bytes: Uint8Array | null): { readonly cells: KeptCells; readonly wholeBytes: number } {
  const cells = new Map<string, Cell[]>();
  let wholeBytes = 0;
  if (!bytes) return { cells, wholeBytes };
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, wholeBytes)) {
    const line = parse(bytes.subarray(wholeBytes, end)) as { rowsId: string; labels: number[] | null } | null;
    if (!line) break;
    wholeBytes = end + 1;
    const { rowsId, labels, ...cell } = line;
    const ofRows = cells.get(rowsId) ?? [];
    ofRows.push({ ...cell, labels: labels && Int32Array.from(labels) } as Cell);
    cells.set(rowsId, ofRows);
  }
  return { cells, wholeBytes };
}

const NEWLINE = 10;

function parse(bytes: Uint8Array | null): unknown {
  try {
    return bytes && JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch {
    return null;
  }
}
