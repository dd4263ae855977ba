/** One statement on its way to the engine. Plain data: it crosses to a worker thread. */
export interface Statement {
  /** Names it among the running ones. */
  readonly id: string;
  /** `insert` brings rows; `read` changes nothing and may be cancelled; `other` runs to its end. */
  readonly kind: 'insert' | 'read' | 'other';
  readonly sql: string;
  readonly database: string;
  /** The output format, when the SQL names none. */
  readonly format: string;
  /** Settings for this statement alone, in order. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** Query parameters in ClickHouse's escaped text form. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** A piece of a result. */
export interface Piece {
  readonly bytes: Uint8Array;
}

/** Counts for the summary header. */
export interface Summary {
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  readonly writtenBytes: number;
  readonly resultRows: number;
}

export const EMPTY_SUMMARY: Summary = {
  readRows: 0,
  readBytes: 0,
  writtenRows: 0,
  writtenBytes: 0,
  resultRows: 0,
};

/** What the owner asks of a worker thread: each is answered once. */
export type WorkerRequest =
  | { readonly type: 'run'; readonly statement: Statement }
  | { readonly type: 'next' }
  | { readonly type: 'cancel' };

export type WorkerReply =
  | { readonly type: 'piece'; readonly bytes: Uint8Array }
  | { readonly type: 'end'; readonly summary: Summary }
  | { readonly type: 'exception'; readonly code: number; readonly name: string; readonly message: string };
