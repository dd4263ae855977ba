import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { sendException, sendResult } from './answer.js';
import { authenticate, type Credentials } from './authentication.js';
import { toEngineException } from './exception.js';
import { readRequest } from './request.js';
import type { Spool } from './spool.js';
import type { Piece, Statement, Summary } from './statement.js';

export interface FrontOptions {
  readonly credentials: Credentials;
  /** The engine's version, told with every error. */
  readonly version: string;
  /** Largest body of a request, unpacked. */
  readonly maxBodyBytes: number;
  readonly spool: Spool;
  readonly run: (statement: Statement, signal: AbortSignal) => AsyncGenerator<Piece, Summary>;
}

const BASE_URL = 'http://store';
/** ClickHouse's own limit for a URL. */
const MAX_URL_BYTES = 1024 * 1024;
/** Longer than clients keep an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 30_000;

/** The part of ClickHouse's HTTP interface that its clients, Grafana and curl use. */
export function createFront(options: FrontOptions): Server {
  const server = createServer(
    { maxHeaderSize: MAX_URL_BYTES, keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 },
    (request, response) => void handle(options, request, response),
  );
  return server;
}

async function handle(
  options: FrontOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url ?? '/';
  // Who writes requests by hand can send a path that is none, such as `//`.
  const url = new URL(URL.canParse(path, BASE_URL) ? path : '/none', BASE_URL);
  const plain = plainAnswer(request, url);
  if (plain) {
    response.writeHead(plain.status, { 'Content-Type': 'text/plain; charset=UTF-8' });
    response.end(plain.text);
    return;
  }
  const parameters = url.searchParams;
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  let queryId = '';
  try {
    authenticate(request, parameters, options.credentials);
    const { statement, insert } = await readRequest(request, parameters, options.maxBodyBytes);
    queryId = statement.id;
    const send = (sql: string) => {
      const pieces = options.run({ ...statement, sql }, gone.signal);
      return sendResult({ request, response, parameters, statement, version: options.version }, pieces);
    };
    if (!insert) return await send(statement.sql);
    const spooled = await options.spool.add(insert.text, insert.data);
    await send(spooled.sql).finally(spooled.remove);
  } catch (error) {
    if (response.headersSent || response.destroyed) return void response.destroy();
    // What the client still sends is not read: the connection can't be used again.
    if (!request.complete) response.setHeader('Connection', 'close');
    sendException(response, toEngineException(error), options.version, queryId);
  }
}

function plainAnswer(
  request: IncomingMessage,
  url: URL,
): { readonly status: number; readonly text: string } | null {
  // Browsers send this with any request that a page makes: no page may talk to a store on the same machine.
  if (request.headers.origin !== undefined)
    return { status: 403, text: 'The store answers no requests from web pages.\n' };
  if (url.pathname === '/ping' || url.pathname === '/replicas_status') return { status: 200, text: 'Ok.\n' };
  if (url.pathname !== '/') return { status: 404, text: `There is no handle ${url.pathname}\n` };
  if (request.method === 'GET' || request.method === 'HEAD')
    return url.searchParams.has('query') ? null : { status: 200, text: 'Ok.\n' };
  return request.method === 'POST' ? null : { status: 501, text: `Unsupported method ${request.method}\n` };
}
