import { Session } from 'chdb';
import { identifier, literal } from '../sql.js';
import { frontException, toEngineException } from './exception.js';
import { isRowByRow } from './formats.js';
import { EMPTY_SUMMARY, type Piece, type Statement, type Summary } from './statement.js';

const SETTING_NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/;
const NOT_STREAMABLE = 'Streaming query is not supported';

/** The engine takes rows into one block up to these bounds, so a request of ours is one block, and atomic. */
const ONE_BLOCK = {
  max_insert_block_size: '1000000000',
  min_insert_block_size_rows: '1000000000',
  min_insert_block_size_bytes: '100000000000',
  max_insert_threads: '1',
  input_format_parallel_parsing: '0',
};

/**
 * A connection to the engine in this process. Making one takes a tenth of a millisecond, so each statement has its own:
 * settings, parameters and temporary tables can't leak into another.
 */
export class EngineConnection {
  readonly #session: Session;

  /** @throws EngineException 76 when another process has the directory */
  constructor(directory: string) {
    try {
      this.#session = new Session(directory);
    } catch (error) {
      throw toEngineException(error);
    }
  }

  /** Runs a short statement at once. Blocks the thread. */
  query(sql: string, format = 'TabSeparated'): string {
    try {
      return this.#session.query(sql, format);
    } catch (error) {
      throw toEngineException(error);
    }
  }

  /** Runs a statement to its end, without blocking the thread. */
  async run(sql: string, format = 'TabSeparated'): Promise<{ bytes: Uint8Array; summary: Summary }> {
    try {
      const result = await this.#session.queryAsync(sql, { format });
      const summary = { ...EMPTY_SUMMARY, readRows: result.rowsRead, readBytes: result.bytesRead };
      return { bytes: result.bytes(), summary };
    } catch (error) {
      throw toEngineException(error);
    }
  }

  /** The pieces of a statement's result, then its counts. An abandoned iteration cancels the statement. */
  async *execute(statement: Statement): AsyncGenerator<Piece, Summary> {
    this.#prepare(statement);
    if (statement.kind === 'insert') {
      // The rows come from a file, so the engine counts them as read.
      const { summary } = await this.run(statement.sql);
      return { ...EMPTY_SUMMARY, writtenRows: summary.readRows, writtenBytes: summary.readBytes };
    }
    const stream = isRowByRow(statement.format) ? this.#stream(statement) : null;
    if (stream) {
      let resultRows = 0;
      try {
        for await (const chunk of stream) {
          resultRows += chunk.numRows;
          yield { bytes: chunk.raw() };
        }
      } catch (error) {
        throw toEngineException(error);
      }
      return { ...EMPTY_SUMMARY, resultRows };
    }
    const { bytes, summary } = await this.run(statement.sql, statement.format);
    if (bytes.length > 0) yield { bytes };
    return summary;
  }

  close(): void {
    this.#session.close();
  }

  #prepare({ id, kind, database, settings, parameters }: Statement): void {
    this.query(`USE ${identifier(database)}`);
    // Running statements are listed with their settings: this is how one is found to be cancelled.
    this.#set('log_comment', id);
    if (kind === 'insert') for (const [name, value] of Object.entries(ONE_BLOCK)) this.#set(name, value);
    for (const [name, value] of parameters) this.#set(`param_${name}`, value);
    for (const [name, value] of settings) this.#set(name, value);
  }

  #set(name: string, value: string): void {
    if (!SETTING_NAME.test(name)) throw frontException('UNKNOWN_SETTING', `Unknown setting ${name}`);
    this.query(`SET ${name} = ${literal(value)}`);
  }

  /** The result as a stream, or null for a statement that the engine can't stream (SHOW, CREATE); it has not run then. */
  #stream({ sql, format }: Statement): ReturnType<Session['queryStream']> | null {
    try {
      return this.#session.queryStream(sql, { format });
    } catch (error) {
      const exception = toEngineException(error);
      if (exception.message.startsWith(NOT_STREAMABLE)) return null;
      throw exception;
    }
  }
}
