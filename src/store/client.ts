import { Readable } from 'node:stream';
import { ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { type Block, encodeBlock } from './block.js';
import { withoutExceptionTail } from './exception-tail.js';
import { qualified } from './sql.js';
import { type StoreOperation, toStoreError } from './store-error.js';
import type { Table } from './table.js';

/** Where a ClickHouse HTTP interface is. */
export interface StoreAddress {
  /** Without user and password: `http://127.0.0.1:8123`. */
  readonly url: string;
  /** Default `default`. */
  readonly username?: string;
  /** Default empty. */
  readonly password?: string;
  /** Default `plantsense`. */
  readonly database?: string;
  /** How long the store may be mute before a request is given up. Default 30,000. */
  readonly timeoutMs?: number;
}

export interface QueryOptions {
  /** Values for `{name:Type}` in the SQL. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends QueryOptions {
  /** The output format where the SQL names none. Default `TabSeparatedWithNames`. */
  readonly format?: string;
  /** When false, the SQL may change nothing. Default true. */
  readonly mayWrite?: boolean;
}

/**
 * The store: ClickHouse over its HTTP interface. All methods throw PlantsenseError: STORE_UNAVAILABLE and DISK_FULL (try
 * again), STORE_AUTH_FAILED, and what each adds. An abort of `signal` throws its reason.
 */
export interface Store {
  readonly url: string;
  readonly database: string;
  /** Resolves when the store answers. */
  ping(): Promise<void>;
  /** All rows of a query. @throws STORE_QUERY_FAILED */
  query<Row>(sql: string, options?: QueryOptions): Promise<Row[]>;
  /** The bytes of a statement's result, as the store formats them. @throws STORE_QUERY_FAILED */
  read(sql: string, options?: ReadOptions): AsyncIterable<Uint8Array>;
  /** Runs a statement that gives no rows, in the store's default database. @throws STORE_QUERY_FAILED */
  command(sql: string, options?: QueryOptions): Promise<void>;
  /**
   * Inserts rows as one block and resolves when they, and the rollups that depend on them, can be read. Rejected, all,
   * some or none may be there: the same call with the same token makes it all, once. One block a time for each lane.
   * @throws STORE_REJECTED when the rows will never fit
   */
  insertBlock<R>(table: Table<R>, rows: readonly R[], token: string, signal?: AbortSignal): Promise<void>;
  /** As `insertBlock`, for rows that are encoded already. Without a token the block is remembered by its content. */
  insert(block: Block, token: string | null, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export const DEFAULT_DATABASE = 'plantsense';
const TIMEOUT_MS = 30_000;
/** Below the 3 s after which the oldest ClickHouse servers close an idle connection. */
const IDLE_SOCKET_MS = 2_500;

const NO_LIMIT = '100000000000';

/**
 * A block is inserted as one block, at once, and its rollups with it; nothing of it is skipped.
 * docs/decisions/0005-exactly-once-in-the-store.md
 */
const INSERT_SETTINGS: ClickHouseSettings = {
  async_insert: 0,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  materialized_views_ignore_errors: 0,
  parallel_view_processing: 0,
  input_format_parallel_parsing: 0,
  max_insert_threads: '1',
  max_insert_block_size: '1000000000',
  min_insert_block_size_rows: '1000000000',
  min_insert_block_size_bytes: NO_LIMIT,
  max_partitions_per_insert_block: '0',
};

/** Connects to a store. Nothing is sent before the first call. */
export function connectStore(address: StoreAddress): Store {
  const { url, username = 'default', password = '', database = DEFAULT_DATABASE } = address;
  const local = /^https?:\/\/(127\.|localhost[:/]|\[::1\])/.test(url);
  const common = {
    url,
    username,
    password,
    application: 'plantsense',
    request_timeout: address.timeoutMs ?? TIMEOUT_MS,
    keep_alive: { enabled: true, idle_socket_ttl: IDLE_SOCKET_MS, eagerly_destroy_stale_sockets: true },
    compression: { request: !local, response: !local },
    log: { level: ClickHouseLogLevel.OFF },
  };
  const client = createClient({ ...common, database });
  // A statement that makes the database can't be run in it.
  const outside = createClient(common);

  /** Runs `work`, and gives its error a code and a place. */
  async function guard<T>(
    operation: StoreOperation,
    what: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      signal?.throwIfAborted();
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      throw toStoreError(error, operation, `The store at ${url} ${what}`);
    }
  }

  const store: Store = {
    url,
    database,

    ping: () =>
      guard('ping', 'did not answer', undefined, async () => {
        // The endpoint /ping tells nothing of names and passwords.
        const result = await outside.ping({ select: true });
        if (!result.success) throw result.error;
      }),

    query: <Row>(sql: string, { parameters, signal }: QueryOptions = {}) =>
      guard('query', 'failed a query', signal, async () => {
        const result = await client.query({
          query: sql,
          format: 'JSONEachRow',
          clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
          ...(parameters ? { query_params: { ...parameters } } : {}),
          ...(signal ? { abort_signal: signal } : {}),
        });
        return await result.json<Row>();
      }),

    read: (sql, options) => readBytes(sql, options),

    command: (sql, { parameters, signal } = {}) =>
      guard('command', 'failed a statement', signal, async () => {
        await outside.command({
          query: sql,
          clickhouse_settings: { wait_end_of_query: 1 },
          ...(parameters ? { query_params: { ...parameters } } : {}),
          ...(signal ? { abort_signal: signal } : {}),
        });
      }),

    insertBlock: async (table, rows, token, signal) => {
      if (rows.length > 0) await store.insert(encodeBlock(table, rows), token, signal);
    },

    insert: (block, token, signal) =>
      guard('insert', `did not take a block for ${block.table}`, signal, async () => {
        const { stream } = await client.exec({
          query: `INSERT INTO ${qualified(database, block.table)} (${block.columns}) FORMAT RowBinary`,
          values: Readable.from([block.body], { objectMode: false }),
          clickhouse_settings: {
            ...INSERT_SETTINGS,
            wait_end_of_query: 1,
            ...(token === null ? {} : { insert_deduplication_token: token }),
          },
          ...(signal ? { abort_signal: signal } : {}),
        });
        await stream.resume().toArray();
      }),

    close: async () => {
      await Promise.all([client.close(), outside.close()]);
    },
  };

  async function* readBytes(
    sql: string,
    { parameters, signal, format = 'TabSeparatedWithNames', mayWrite = true }: ReadOptions = {},
  ): AsyncGenerator<Uint8Array> {
    const what = 'failed a query';
    const { stream, response_headers } = await guard('query', what, signal, () =>
      client.exec({
        query: sql,
        http_headers: { 'X-ClickHouse-Format': format },
        ...(mayWrite ? {} : { clickhouse_settings: { readonly: '1' } }),
        ...(parameters ? { query_params: { ...parameters } } : {}),
        ...(signal ? { abort_signal: signal } : {}),
      }),
    );
    const pieces = withoutExceptionTail(stream as AsyncIterable<Uint8Array>, response_headers);
    try {
      for (;;) {
        const next = await guard('query', what, signal, () => pieces.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      // Who stops half-way must not leave the store with a result that nobody takes.
      stream.destroy();
    }
  }

  return store;
}
