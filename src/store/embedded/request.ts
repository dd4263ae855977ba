import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { header } from './authentication.js';
import { readBody, readForm } from './body.js';
import { EngineException, frontException } from './exception.js';
import { type InsertText, parseInsert } from './insert-text.js';
import { leadingKeyword, statementShape } from './sql-words.js';
import type { Statement } from './statement.js';

/** Parameters of the URL that are not settings of the engine. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'quota_key',
  'role',
  'stacktrace',
  'buffer_size',
  'wait_end_of_query',
  'log_comment',
]);

/** What ClickHouse's server knows and this front does not. */
const NOT_SERVED: ReadonlyMap<string, string> = new Map([
  ['session_id', 'sessions'],
  ['compress', 'the native compression; use Accept-Encoding'],
  ['decompress', 'the native compression; use Content-Encoding'],
]);

const READS: ReadonlySet<string> = new Set([
  'SELECT',
  'WITH',
  'SHOW',
  'DESCRIBE',
  'DESC',
  'EXPLAIN',
  'EXISTS',
]);

/** How much of a body is looked at for an INSERT before its rows. */
const HEAD_BYTES = 64 * 1024;

/** A statement, and the rows that it brings. */
export interface ReadRequest {
  readonly statement: Statement;
  readonly insert: { readonly text: InsertText; readonly data: Uint8Array } | null;
}

/** Reads a request, its body whole. */
export async function readRequest(
  request: IncomingMessage,
  parameters: URLSearchParams,
  maxBodyBytes: number,
): Promise<ReadRequest> {
  for (const [name, what] of NOT_SERVED)
    if (isOn(parameters.get(name)))
      throw frontException('NOT_IMPLEMENTED', `The store does not serve ${what}.`);
  const body = request.method === 'POST' ? await readBody(request, maxBodyBytes) : Buffer.alloc(0);
  const contentType = header(request, 'content-type') ?? '';
  const form = contentType.startsWith('multipart/form-data') ? await readForm(body, contentType) : null;
  const query = parameters.get('query') ?? form?.get('query') ?? '';
  const text = readText(query, form ? Buffer.alloc(0) : body);
  const { insert, format, ...statement } = text;
  return {
    insert,
    statement: {
      id: parameters.get('query_id') || randomUUID(),
      ...statement,
      format: format ?? preferredFormat(request, parameters),
      database: parameters.get('database') || header(request, 'x-clickhouse-database') || 'default',
      settings: settingsOf(request, parameters),
      parameters: [...parameters, ...(form ?? [])]
        .filter(([name]) => name.startsWith('param_'))
        .map(([name, value]) => [name.slice('param_'.length), value]),
    },
  };
}

function preferredFormat(request: IncomingMessage, parameters: URLSearchParams): string {
  return parameters.get('default_format') || header(request, 'x-clickhouse-format') || 'TabSeparated';
}

type Text = Pick<Statement, 'kind' | 'sql'> & Pick<ReadRequest, 'insert'> & { format: string | null };

/** Tells SQL and rows apart. Rows stay bytes: they need not be text. */
function readText(query: string, body: Buffer): Text {
  // In Latin 1 a character is a byte, so that positions in the text are positions in the body.
  const start = query === '' ? body.toString('latin1', 0, HEAD_BYTES) : query;
  const keyword = leadingKeyword(start);
  const insert = keyword === 'INSERT' ? parseInsert(start) : null;
  if (insert) return { kind: 'insert', sql: '', format: null, insert: insertOf(insert, query, body) };
  const sql = query === '' ? body.toString('utf8') : `${query}\n${body.toString('utf8')}`;
  const { format, several, files } = statementShape(sql);
  if (several) throw new EngineException(62, 'SYNTAX_ERROR', 'Multi-statements are not allowed');
  if (files) throw frontException('NOT_IMPLEMENTED', 'The store does not serve INFILE and OUTFILE.');
  return {
    kind: READS.has(keyword) ? 'read' : 'other',
    sql: sql.replace(/[\s;]+$/, ''),
    format,
    insert: null,
  };
}

function insertOf(text: InsertText, query: string, body: Buffer): ReadRequest['insert'] {
  if (query !== '') {
    const inline = Buffer.from(query.slice(text.dataStart));
    return { text, data: inline.length === 0 ? body : Buffer.concat([inline, body]) };
  }
  const utf8 = (part: string) => Buffer.from(part, 'latin1').toString('utf8');
  return {
    text: { ...text, target: utf8(text.target), settings: utf8(text.settings) },
    data: body.subarray(text.dataStart),
  };
}

/** The settings of the URL. `readonly` comes last: after it, others can't be set. A GET changes nothing. */
function settingsOf(request: IncomingMessage, parameters: URLSearchParams): Statement['settings'] {
  const settings = [...parameters].filter(
    ([name]) => !OWN_PARAMETERS.has(name) && !NOT_SERVED.has(name) && !name.startsWith('param_'),
  );
  const others = settings.filter(([name]) => name !== 'readonly');
  const asked = settings.find(([name]) => name === 'readonly')?.[1] ?? '0';
  const readonly = asked === '0' && request.method === 'GET' ? '2' : asked;
  return readonly === '0' ? others : [...others, ['readonly', readonly]];
}

export function isOn(value: string | null): boolean {
  return value !== null && value !== '' && value !== '0';
}
