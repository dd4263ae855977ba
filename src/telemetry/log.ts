import pino, { type Logger } from 'pino';
import { PlantsenseError } from '../errors.js';
import { prettyLogLine } from './pretty-log.js';
import { maskUrlPasswords } from './secret.js';

/** A structured log: `log.warn({ stage, offset }, 'What happened, in a sentence.')`. Errors go in as `err`. */
export type Log = Logger;

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LogOptions {
  /** Default `info`. */
  readonly level?: LogLevel;
  /** `auto` (default) is `pretty` on a terminal and `json` elsewhere. */
  readonly format?: 'auto' | 'json' | 'pretty';
  /** Default standard error: standard output belongs to the data of a command. */
  readonly stream?: LogStream;
  /** Default: colours on a terminal, unless NO_COLOR is set. */
  readonly colours?: boolean;
  /** Default `Date.now`. */
  readonly nowMs?: () => number;
}

export interface LogStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** Fields that hold secrets, at the top of a record and one or two levels down. */
const SECRET_FIELDS = ['password', 'secret', 'token', 'authorization'];

/** A log that prints no secrets: `Secret` values, fields named like one, and passwords in URLs become `***`. */
export function createLog(options: LogOptions = {}): Log {
  const { level = 'info', format = 'auto', stream = process.stderr, nowMs = Date.now } = options;
  const terminal = stream.isTTY === true;
  const pretty = format === 'pretty' || (format === 'auto' && terminal);
  const colours = options.colours ?? (terminal && !process.env.NO_COLOR);
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(nowMs()).toISOString()}"`,
      redact: {
        paths: SECRET_FIELDS.flatMap(field => [field, `*.${field}`, `*.*.${field}`]),
        censor: '***',
      },
      serializers: { err: serializeError },
      hooks: { streamWrite: maskUrlPasswords },
    },
    pretty ? { write: line => stream.write(prettyLogLine(line, colours)) } : stream,
  );
}

/** Errors of the catalogue say what to do; their stack is only of interest when the mistake is ours. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof PlantsenseError))
    return error instanceof Error ? pino.stdSerializers.err(error) : error;
  const { code, message, action, cause } = error;
  return {
    code,
    message,
    action,
    ...(code === 'INTERNAL' ? { stack: error.stack } : {}),
    ...(cause instanceof Error ? { cause: pino.stdSerializers.err(cause) } : {}),
  };
}
