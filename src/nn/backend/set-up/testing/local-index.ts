import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Wheel } from '../wheel.js';

/** A package index on loopback. */
export interface LocalIndex {
  readonly url: string;
  /** Paths that were asked for, with the range. */
  readonly requests: string[];
  /** Breaks off the answers that are held. */
  breakOff(): void;
  close(): Promise<void>;
}

export interface IndexOptions {
  /** HTML as of PEP 503 in place of JSON. */
  readonly html?: boolean;
  /** The first answers with a file break off after so many bytes. */
  readonly breaksAfter?: readonly number[];
  /** The first answers with a file stop after so many bytes, until `breakOff`. */
  readonly holdsAfter?: readonly number[];
  /** Serves other bytes under the file's name. */
  readonly instead?: Buffer;
  readonly password?: string;
}

export async function serveIndex(
  wheel: Wheel,
  content: Buffer,
  options: IndexOptions = {},
): Promise<LocalIndex> {
  const requests: string[] = [];
  const breaks = [...(options.breaksAfter ?? [])];
  const holds = [...(options.holdsAfter ?? [])];
  const held = new Set<ServerResponse>();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { authorization, range } = request.headers;
    requests.push(`${request.url}${range ? ` ${range}` : ''}`);
    const expected =
      options.password && `Basic ${Buffer.from(`user:${options.password}`).toString('base64')}`;
    if (expected && authorization !== expected) return response.writeHead(401).end();
    if (request.url === `/simple/${wheel.project}/`)
      return sendPage(response, wheel.fileName, options.html ?? false);
    if (request.url !== `/files/${wheel.fileName}`) return response.writeHead(404).end();
    const bytes = options.instead ?? content;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from });
    const holdAt = holds.shift();
    if (holdAt !== undefined)
      return held.add(response) && response.write(bytes.subarray(from, from + holdAt));
    const breakAt = breaks.shift();
    if (breakAt === undefined) return response.end(bytes.subarray(from));
    return response.write(bytes.subarray(from, from + breakAt), () => response.destroy());
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
    requests,
    breakOff: () => {
      for (const response of held) response.destroy();
      held.clear();
    },
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}

function sendPage(response: ServerResponse, fileName: string, html: boolean): void {
  if (html) {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(
      `<a href="../../files/other.whl">other.whl</a>\n<a href="../../files/${fileName}#sha256=0">x</a>`,
    );
  } else {
    response.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' });
    response.end(JSON.stringify({ files: [{ url: 'other.whl' }, { url: `/files/${fileName}` }] }));
  }
}

/** A wheel with this content, pinned. */
export function wheelOf(content: Buffer, wants: (path: string) => boolean = () => true): Wheel {
  return {
    project: 'tensorflow-tiny',
    fileName: 'tensorflow_tiny-1.0-py3-none-any.whl',
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    wants,
  };
}
