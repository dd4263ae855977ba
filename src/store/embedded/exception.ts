/** An exception of the ClickHouse engine, or one of the front in the engine's own terms. */
export class EngineException extends Error {
  /** ClickHouse's error code. */
  readonly code: number;
  /** Its name: SYNTAX_ERROR. */
  readonly type: string;

  constructor(code: number, type: string, message: string) {
    super(message);
    this.name = 'EngineException';
    this.code = code;
    this.type = type;
  }

  /** What ClickHouse's HTTP interface answers with; clients parse this line. */
  text(version: string): string {
    return `Code: ${this.code}. DB::Exception: ${this.message} (${this.type}) (version ${version})\n`;
  }
}

const HEAD = /Code: (\d+)\. DB::Exception: /g;
const TAIL = /\s*\(([A-Z][A-Z0-9_]{2,})\)(?: \(version [^)]*\))?\.?\s*$/;
const MARKER = 'DB::Exception: ';
const UNKNOWN_EXCEPTION = 1002;

/** Reads an error of chDB, whose message may wrap one exception in others: the innermost code counts. */
export function toEngineException(error: unknown): EngineException {
  if (error instanceof EngineException) return error;
  let message = error instanceof Error ? error.message : String(error);
  let code = UNKNOWN_EXCEPTION;
  for (const match of message.matchAll(HEAD)) code = Number(match[1]);
  let type = 'UNKNOWN_EXCEPTION';
  const marker = message.lastIndexOf(MARKER);
  if (marker >= 0) message = message.slice(marker + MARKER.length);
  for (let tail = TAIL.exec(message); tail; tail = TAIL.exec(message)) {
    type = tail[1]!;
    message = message.slice(0, tail.index);
  }
  return new EngineException(code, type, message.trim());
}

/** Error codes of ClickHouse that the front raises itself. */
export const FRONT_ERRORS = {
  NOT_IMPLEMENTED: 48,
  UNKNOWN_SETTING: 115,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  TOO_MANY_BYTES: 307,
  AUTHENTICATION_FAILED: 516,
} as const;

export function frontException(type: keyof typeof FRONT_ERRORS, message: string): EngineException {
  return new EngineException(FRONT_ERRORS[type], type, message);
}

/** HTTP statuses as ClickHouse's server gives them; every other code is 500. */
const STATUSES: ReadonlyMap<number, readonly number[]> = new Map([
  // BAD_ARGUMENTS, CANNOT_PARSE_*, ILLEGAL_COLUMN, TYPE_MISMATCH, SYNTAX_ERROR, INCORRECT_DATA ...
  [400, [6, 8, 15, 25, 26, 27, 36, 38, 41, 44, 53, 62, 69, 72, 117, 167, 168, 223, 299, 300, 376, 427, 441]],
  [401, [194]], // REQUIRED_PASSWORD
  [403, [192, 193, 497, 512, 516]], // UNKNOWN_USER, WRONG_PASSWORD, ACCESS_DENIED ...
  // UNKNOWN_FUNCTION, _IDENTIFIER, _TYPE, _STORAGE, _TABLE, _AGGREGATE_FUNCTION, _FORMAT, _DATABASE, _SETTING ...
  [404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 133, 336, 511]],
  [408, [159]], // TIMEOUT_EXCEEDED
  [413, [307]], // TOO_MANY_BYTES: here, of a request's body
  [501, [48]], // NOT_IMPLEMENTED
  [503, [76, 209, 439]], // CANNOT_OPEN_FILE, SOCKET_TIMEOUT, CANNOT_SCHEDULE_TASK
]);

const STATUS_OF = new Map(
  [...STATUSES].flatMap(([status, codes]) => codes.map(code => [code, status] as const)),
);

export function statusOf(exception: EngineException): number {
  return STATUS_OF.get(exception.code) ?? 500;
}
