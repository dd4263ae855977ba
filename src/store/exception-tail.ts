import { EXCEPTION_TAG_HEADER_NAME, parseError } from '@clickhouse/client';

/** Longer than any message that ClickHouse puts behind a result. */
const TAIL_BYTES = 32 * 1024;

/**
 * A result's bytes as they come. An error that came after the first of them is told by ClickHouse behind the last row,
 * between marks that hold a tag of the answer's head: it is taken out of the bytes and thrown.
 */
export async function* withoutExceptionTail(
  pieces: AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, unknown>>,
): AsyncGenerator<Uint8Array> {
  const tag = headers[EXCEPTION_TAG_HEADER_NAME];
  if (typeof tag !== 'string') return yield* pieces;
  let held: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    held = Buffer.concat([held, piece]);
    if (held.length <= TAIL_BYTES) continue;
    yield held.subarray(0, held.length - TAIL_BYTES);
    held = held.subarray(held.length - TAIL_BYTES);
  }
  const mark = held.indexOf(`\r\n__exception__\r\n${tag}\r\n`);
  yield mark < 0 ? held : held.subarray(0, mark);
  if (mark >= 0) throw parseError(held.toString('utf8', mark));
}
