import { createHash } from 'node:crypto';
import { PlantsenseError } from '../errors.js';
import { RowBuffer } from './row-buffer.js';
import { names, type Table } from './table.js';

/** Rows of one table, encoded: what one insert sends. */
export interface Block {
  readonly table: string;
  /** Columns in the order in which `body` has them, quoted. */
  readonly columns: string;
  readonly rows: number;
  /** The rows in RowBinary encoding. */
  readonly body: Buffer;
}

/** What a block was made from: a stretch of one partition of one incarnation of a topic. */
export interface BlockOrigin {
  readonly incarnation: string;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/**
 * Encodes rows. Equal rows give equal bytes.
 * @throws PlantsenseError STORE_REJECTED when a value does not fit its column; says which.
 */
export function encodeBlock<R>(table: Table<R>, rows: readonly R[]): Block {
  const out = new RowBuffer();
  for (let i = 0; i < rows.length; i++) writeRow(out, table, rows[i]!, i);
  return {
    table: table.name,
    columns: names(table.columns.map(column => column.name)),
    rows: rows.length,
    body: out.bytes(),
  };
}

function writeRow<R>(out: RowBuffer, table: Table<R>, row: R, index: number): void {
  const { columns } = table;
  let at = 0;
  try {
    for (; at < columns.length; at++) columns[at]!.write(out, row);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const place = `${table.name}.${columns[at]!.name}`;
    throw new PlantsenseError('STORE_REJECTED', `Row ${index} does not fit ${place}: ${reason}.`, { cause });
  }
}

/**
 * The name under which the store remembers a block. Sent again after a crash, the same block has the same token and
 * counts once. The hash tells blocks with the same bounds and other rows apart.
 */
export function deduplicationToken(origin: BlockOrigin, block: Block): string {
  const { incarnation, partition, firstOffset, lastOffset } = origin;
  const hash = createHash('sha256').update(block.table).update(block.columns).update(block.body);
  return `${incarnation}-${partition}-${firstOffset}-${lastOffset}-${hash.digest('hex').slice(0, 32)}`;
}
