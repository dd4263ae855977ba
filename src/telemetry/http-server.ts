import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PlantsenseError, toPlantsenseError } from '../errors.js';
import type { Health } from './health.js';
import { renderStatusPage, type VersionInfo } from './status-page.js';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly health: Health;
  readonly version: VersionInfo;
  /** A prom-client registry, or anything that renders like one. */
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
  /** How long `close` waits for answers in flight. Default 2,000. */
  readonly closeGraceMs?: number;
}

export interface HttpServer {
  /** Where it listens, for people: `http://127.0.0.1:9464`. */
  readonly url: string;
  readonly port: number;
  /** Answers what is in flight, then closes every connection. Idempotent. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

type Route = (options: HttpServerOptions) => Answer | Promise<Answer>;

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/', ({ version, health }) => html(renderStatusPage(version, health.report()))],
  ['/ping', () => ({ status: 200, type: 'text/plain; charset=utf-8', body: 'ok\n' })],
  [
    '/ready',
    ({ health }) => {
      const report = health.report();
      return json(report.ready ? 200 : 503, report);
    },
  ],
  [
    '/metrics',
    async ({ metrics }) => ({ status: 200, type: metrics.contentType, body: await metrics.metrics() }),
  ],
  ['/version', ({ version }) => json(200, version)],
]);

/**
 * Serves `/ping /ready /metrics /version` and a status page at `/`. Reads only, and needs no password: bind it to
 * loopback or to a network that may see it.
 * @throws PlantsenseError PORT_IN_USE; PARAMETER_INVALID when the host or port can't be bound at all
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createServer((request, response) => {
    // `answer` catches what a route throws; only a vanished client is left, and nobody waits for that answer.
    answer(options, request)
      .then(result => send(request, response, result))
      .catch(() => response.destroy());
  });
  const port = await listen(server, options);
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  let closing: Promise<void> | null = null;
  return {
    url: `http://${host}:${port}`,
    port,
    close: () => {
      closing ??= close(server, options.closeGraceMs ?? 2000);
      return closing;
    },
  };
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const place = `http://${host}:${port}`;
      reject(
        cause.code === 'EADDRINUSE'
          ? new PlantsenseError('PORT_IN_USE', `Another process listens on ${place}.`, { cause })
          : new PlantsenseError('PARAMETER_INVALID', `Can't listen on ${place}: ${cause.message}.`, {
              cause,
            }),
      );
    });
    server.listen(port, host, () => {
      const { port: actual } = server.address() as AddressInfo;
      resolve(actual);
    });
  });
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise(resolve => {
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function answer(options: HttpServerOptions, request: IncomingMessage): Promise<Answer> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const route = ROUTES.get(path);
  if (!route) return json(404, { error: `There is nothing at ${path}.`, paths: [...ROUTES.keys()] });
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return json(405, { error: `${request.method} is not allowed here; use GET.` });
  try {
    return await route(options);
  } catch (error) {
    return json(500, { error: toPlantsenseError(error).message });
  }
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function html(body: string): Answer {
  return { status: 200, type: 'text/html; charset=utf-8', body };
}

function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value, null, 2)}\n` };
}
