import { ClickHouseError } from '@clickhouse/client';
import { type ErrorCode, PlantsenseError } from '../errors.js';

/** What was asked of the store; decides what an error of it means. */
export type StoreOperation = 'insert' | 'query' | 'command' | 'ping';

const AUTHENTICATION = new Set([
  192, // UNKNOWN_USER
  193, // WRONG_PASSWORD
  194, // REQUIRED_PASSWORD
  497, // ACCESS_DENIED
  516, // AUTHENTICATION_FAILED
]);

const NO_SPACE = new Set([
  243, // NOT_ENOUGH_SPACE
]);

/** Conditions that pass, whatever was asked. */
const PASSING = new Set([
  76, // CANNOT_OPEN_FILE: too many open files
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  225, // NO_ZOOKEEPER
  236, // ABORTED: shutting down
  242, // TABLE_IS_READ_ONLY: its replica has lost Keeper
  252, // TOO_MANY_PARTS
  279, // ALL_CONNECTION_TRIES_FAILED
  285, // TOO_FEW_LIVE_REPLICAS
  286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  319, // UNKNOWN_STATUS_OF_INSERT
  425, // SYSTEM_ERROR
  439, // CANNOT_SCHEDULE_TASK
  473, // DEADLOCK_AVOIDED
  999, // KEEPER_EXCEPTION
]);

/** Limits: an insert meets them because of what else runs, a query because of what it asks. */
const LIMITS = new Set([
  159, // TIMEOUT_EXCEEDED
  160, // TOO_SLOW
  173, // CANNOT_ALLOCATE_MEMORY
  241, // MEMORY_LIMIT_EXCEEDED
  394, // QUERY_WAS_CANCELLED
]);

const DISK_FULL_TEXT = /No space left on device|errno: 28\b/;

/** An error of the client as one of the catalogue. `place` names the store and what was done, without secrets. */
export function toStoreError(error: unknown, operation: StoreOperation, place: string): PlantsenseError {
  if (error instanceof PlantsenseError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const message = `${place}: ${firstLine(reason)}`;
  return new PlantsenseError(codeOf(error, operation), message, { cause: error });
}

function codeOf(error: unknown, operation: StoreOperation): ErrorCode {
  // Refused, reset, timed out, or an answer that is not ClickHouse's: a proxy's 502.
  if (!(error instanceof ClickHouseError)) return 'STORE_UNAVAILABLE';
  const code = Number(error.code);
  if (AUTHENTICATION.has(code)) return 'STORE_AUTH_FAILED';
  if (NO_SPACE.has(code) || DISK_FULL_TEXT.test(error.message)) return 'DISK_FULL';
  if (PASSING.has(code)) return 'STORE_UNAVAILABLE';
  if (operation === 'insert') return LIMITS.has(code) ? 'STORE_UNAVAILABLE' : 'STORE_REJECTED';
  return operation === 'ping' ? 'STORE_UNAVAILABLE' : 'STORE_QUERY_FAILED';
}

/** ClickHouse tells the whole stack of a nested exception; its first line says what is wrong. */
function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0]!;
  return line === '' ? 'no reason given.' : line;
}
