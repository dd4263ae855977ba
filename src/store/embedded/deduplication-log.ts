import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { literal, qualified } from '../sql.js';
import type { EngineConnection } from './engine.js';

/*
 * A MergeTree table notes the token of a block in its deduplication log, and then renames the block's part into place.
 * A process that is killed between the two leaves a note without rows; the block is then taken for a duplicate when it
 * is sent again, and is lost. So notes whose part is not there are struck out before anything is served.
 * docs/decisions/0005-exactly-once-in-the-store.md
 */

/** A line of the log: `1 <part> <block id>` adds a note, `2 <part> <block id>` strikes it out. */
interface Note {
  readonly part: string;
  readonly blockId: string;
}

interface TableFiles {
  readonly database: string;
  readonly name: string;
  readonly data_path: string;
}

/** `<partition>_<first block>_<last block>_<level>`; a merged part covers the blocks of all that it was made of. */
const PART = /^(.+)_(\d+)_(\d+)_\d+(?:_\d+)?$/;

/** Strikes out the notes of all tables whose parts are not there; returns how many. No insert may run meanwhile. */
export function repairDeduplicationLogs(engine: EngineConnection): number {
  const tables = rows<TableFiles>(
    engine,
    "SELECT database, name, data_paths[1] AS data_path FROM system.tables WHERE engine LIKE '%MergeTree' AND notEmpty(data_paths)",
  );
  let struck = 0;
  for (const table of tables) struck += repairTable(engine, table);
  return struck;
}

function repairTable(engine: EngineConnection, { database, name, data_path }: TableFiles): number {
  const directory = join(data_path, 'deduplication_logs');
  if (!existsSync(directory)) return 0;
  const logs = readdirSync(directory)
    .map(file => join(directory, file))
    .sort((a, b) => logNumber(a) - logNumber(b));
  const last = logs.at(-1);
  if (last === undefined) return 0;
  const table = qualified(database, name);
  const covers = coverage(engine, database, name);
  const lost = liveNotes(logs).filter(note => !covers(note.part));
  const torn = tornTail(last);
  if (lost.length === 0 && torn === null) return 0;
  // The table has read its log already: it reads it again when it is attached.
  engine.query(`DETACH TABLE ${table}`);
  try {
    if (torn !== null) truncateSync(last, torn);
    appendFileSync(last, lost.map(({ part, blockId }) => `2\t${part}\t${blockId}\n`).join(''));
  } finally {
    engine.query(`ATTACH TABLE ${table}`);
  }
  return lost.length;
}

/** Notes that no later line strikes out. */
function liveNotes(logs: readonly string[]): readonly Note[] {
  const notes = new Map<string, Note>();
  for (const log of logs) {
    for (const line of readFileSync(log, 'utf8').split('\n')) {
      const [operation, part, blockId] = line.split('\t');
      if (part === undefined || blockId === undefined) continue;
      if (operation === '1') notes.set(blockId, { part, blockId });
      else notes.delete(blockId);
    }
  }
  return [...notes.values()];
}

/** Where the last line begins if it is not whole (the disk was full), else null. The table would read no further. */
function tornTail(log: string): number | null {
  const bytes = readFileSync(log);
  const end = bytes.lastIndexOf(0x0a) + 1;
  return end === bytes.length ? null : end;
}

/** Tells whether a part is there, as it was or merged into another. */
function coverage(engine: EngineConnection, database: string, name: string): (part: string) => boolean {
  const active = rows<{ partition_id: string; first: number; last: number }>(
    engine,
    `SELECT partition_id, toFloat64(min_block_number) AS first, toFloat64(max_block_number) AS last
     FROM system.parts WHERE active AND database = ${literal(database)} AND table = ${literal(name)}`,
  );
  return part => {
    const [, partition, first, last] = PART.exec(part) ?? [];
    return active.some(
      there => there.partition_id === partition && there.first <= Number(first) && Number(last) <= there.last,
    );
  };
}

function rows<T>(engine: EngineConnection, sql: string): T[] {
  const text = engine.query(sql, 'JSONEachRow');
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T);
}

function logNumber(path: string): number {
  return Number(/_(\d+)\.txt$/.exec(path)?.[1]);
}
