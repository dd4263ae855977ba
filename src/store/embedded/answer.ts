import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createDeflate, createGzip } from 'node:zlib';
import { header } from './authentication.js';
import { type EngineException, statusOf, toEngineException } from './exception.js';
import { contentType } from './formats.js';
import { isOn } from './request.js';
import { EMPTY_SUMMARY, type Piece, type Statement, type Summary } from './statement.js';

/** A client that takes nothing for so long is given up, and its query cancelled: it would hold a thread for ever. */
const SEND_TIMEOUT_MS = 30_000;

export interface AnswerContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly parameters: URLSearchParams;
  readonly statement: Statement;
  readonly version: string;
}

/**
 * Sends a result. The first piece is waited for before the head goes out, so that an error that comes early has its
 * status; one that comes later is told at the end of the body, in the way of ClickHouse 25.11 and later.
 */
export async function sendResult(
  context: AnswerContext,
  pieces: AsyncGenerator<Piece, Summary>,
): Promise<void> {
  const { request, response, parameters, statement } = context;
  try {
    const first = isOn(parameters.get('wait_end_of_query')) ? await readAll(pieces) : [await pieces.next()];
    const tag = randomBytes(8).toString('hex');
    const last = first.at(-1)!;
    const packer = packerFor(request, parameters);
    response.writeHead(200, {
      ...commonHeaders(statement.id),
      'Content-Type': contentType(statement.format),
      'X-ClickHouse-Format': statement.format,
      'X-ClickHouse-Exception-Tag': tag,
      'X-ClickHouse-Summary': summaryText(last.done ? last.value : EMPTY_SUMMARY),
      ...(packer ? { 'Content-Encoding': packer.encoding } : {}),
    });
    const body = Readable.from(bodyBytes(context, first, pieces, tag), { objectMode: false });
    await (packer ? pipeline(body, packer.stream(), response) : pipeline(body, response));
  } finally {
    // When the client is gone, nobody may have begun to take the rest: the statement would keep its place for ever.
    await pieces.return(EMPTY_SUMMARY);
  }
}

type Step = IteratorResult<Piece, Summary>;

async function readAll(pieces: AsyncGenerator<Piece, Summary>): Promise<Step[]> {
  const steps: Step[] = [];
  do steps.push(await pieces.next());
  while (!steps.at(-1)!.done);
  return steps;
}

async function* bodyBytes(
  { response, version }: AnswerContext,
  first: readonly Step[],
  rest: AsyncGenerator<Piece, Summary>,
  tag: string,
): AsyncGenerator<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  try {
    for await (const { bytes } of rejoin(first, rest)) {
      timer = setTimeout(() => response.destroy(), SEND_TIMEOUT_MS);
      yield bytes;
      clearTimeout(timer);
    }
  } catch (error) {
    yield Buffer.from(exceptionTail(toEngineException(error), version, tag));
  } finally {
    clearTimeout(timer);
  }
}

async function* rejoin(first: readonly Step[], rest: AsyncGenerator<Piece, Summary>): AsyncGenerator<Piece> {
  for (const step of first) if (!step.done) yield step.value;
  yield* rest;
}

function exceptionTail(exception: EngineException, version: string, tag: string): string {
  const text = exception.text(version);
  return `\r\n__exception__\r\n${tag}\r\n${text}${Buffer.byteLength(text)} ${tag}\r\n__exception__\r\n`;
}

/** Sends an error that came before anything else was sent. */
export function sendException(
  response: ServerResponse,
  exception: EngineException,
  version: string,
  queryId = '',
): void {
  response.writeHead(statusOf(exception), {
    ...commonHeaders(queryId),
    'Content-Type': 'text/plain; charset=UTF-8',
    'X-ClickHouse-Exception-Code': String(exception.code),
  });
  response.end(exception.text(version));
}

function commonHeaders(queryId: string): Record<string, string> {
  return {
    'X-ClickHouse-Server-Display-Name': 'plantsense',
    'X-ClickHouse-Timezone': 'UTC',
    ...(queryId === '' ? {} : { 'X-ClickHouse-Query-Id': headerSafe(queryId) }),
  };
}

/** A query id is the client's text: what a header can't hold would end the request with an error of its own. */
function headerSafe(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

function summaryText(summary: Summary): string {
  return JSON.stringify({
    read_rows: String(summary.readRows),
    read_bytes: String(summary.readBytes),
    written_rows: String(summary.writtenRows),
    written_bytes: String(summary.writtenBytes),
    result_rows: String(summary.resultRows),
  });
}

interface Packer {
  readonly encoding: string;
  readonly stream: () => Transform;
}

const PACKERS: readonly Packer[] = [
  { encoding: 'gzip', stream: () => createGzip({ level: 1 }) },
  { encoding: 'deflate', stream: () => createDeflate({ level: 1 }) },
  {
    encoding: 'br',
    stream: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 2 } }),
  },
];

/** As in ClickHouse, a client must both accept an encoding and ask for it. */
function packerFor(request: IncomingMessage, parameters: URLSearchParams): Packer | undefined {
  if (!isOn(parameters.get('enable_http_compression'))) return undefined;
  const accepted = (header(request, 'accept-encoding') ?? '')
    .split(',')
    .map(name => name.split(';')[0]!.trim());
  return PACKERS.find(packer => accepted.includes(packer.encoding));
}
