import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchWeights } from './fetch-weights.js';

const CONTENT = randomBytes(400_000);
const FILE = {
  url: 'https://weights.invalid/net/tiny_notop.h5',
  md5: createHash('md5').update(CONTENT).digest('hex'),
};

describe('fetching published weights', () => {
  let scratch: string;
  let server: Server;
  let requests: string[];
  let lines: string[];
  let mirror: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'plantsense-fetch-'));
    requests = [];
    lines = [];
    answer = whole(CONTENT);
    server = createServer((request, response) => {
      requests.push(`${request.url} ${request.headers.range ?? ''}`.trim());
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror/`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(scratch, { recursive: true });
  });

  const directory = () => join(scratch, 'plantsense/weights');
  const fetch = (signal?: AbortSignal) =>
    fetchWeights(FILE, {
      env: { XDG_CACHE_HOME: scratch, PLANTSENSE_WEIGHTS_URL: mirror },
      report: line => void lines.push(line),
      ...(signal ? { signal } : {}),
    });

  it('takes them from the mirror once, tells how far it is, and finds them in the cache then', async () => {
    const path = await fetch();
    await expectWhole(path);
    expect(lines[0]).toMatch(/^Fetching tiny_notop\.h5 from 127\.0\.0\.1/);
    expect(lines.at(-1)).toMatch(/^100 %/);
    expect(await fetch()).toBe(path);
    expect(requests).toEqual(['/mirror/tiny_notop.h5']);
  });

  it('is done once when many want them at the same time', async () => {
    const paths = await Promise.all([fetch(), fetch(), fetch()]);
    expect(new Set(paths).size).toBe(1);
    expect(requests).toHaveLength(1);
  });

  it('goes on where a connection broke', async () => {
    let first = true;
    answer = (request, response) => {
      if (!first) return whole(CONTENT)(request, response);
      first = false;
      response.writeHead(200, { 'content-length': CONTENT.length });
      response.write(CONTENT.subarray(0, 150_000), () => setImmediate(() => response.destroy()));
    };
    await expectWhole(await fetch());
    expect(requests).toHaveLength(2);
  });

  it('starts over where what an earlier process left is of another file', async () => {
    await fetch();
    await rm(join(directory(), 'tiny_notop.h5'));
    await writeFile(join(directory(), 'tiny_notop.h5.part'), randomBytes(1000));
    await expectWhole(await fetch());
    expect(requests.slice(1)).toEqual(['/mirror/tiny_notop.h5 bytes=1000-', '/mirror/tiny_notop.h5']);
  });

  it('fetches again what was damaged in the cache', async () => {
    const path = await fetch();
    await writeFile(path, 'damaged');
    await expectWhole(await fetch());
  });

  it('refuses a file with another checksum, keeps none of it, and says what to do', async () => {
    answer = whole(randomBytes(1000));
    await expect(fetch()).rejects.toMatchObject({
      code: 'WEIGHTS_CORRUPT',
      message: expect.stringContaining(`instead of ${FILE.md5}. Fetch ${FILE.url}`),
    });
    expect((await readdir(directory())).filter(name => name.includes('h5'))).toEqual([]);
  });

  it('says what to do where there is no network', async () => {
    server.close();
    const failure = await fetch().catch(error => error);
    expect(failure).toMatchObject({ code: 'WEIGHTS_UNAVAILABLE', class: 'retryable' });
    for (const help of [
      FILE.url,
      FILE.md5,
      join(directory(), 'tiny_notop.h5'),
      '--weights FILE',
      'PLANTSENSE_WEIGHTS_URL',
      'texture',
    ])
      expect(failure.message).toContain(help);
  });

  it('says what a server answered that has no such file', async () => {
    answer = (_, response) => response.writeHead(404).end();
    await expect(fetch()).rejects.toMatchObject({
      code: 'WEIGHTS_UNAVAILABLE',
      message: expect.stringContaining('it answers 404'),
    });
  });

  it('stops when it is told to, and goes on from there the next time', async () => {
    const abort = new AbortController();
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length });
      response.write(CONTENT.subarray(0, 200_000), () => setImmediate(() => abort.abort()));
    };
    await expect(fetch(abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
    answer = whole(CONTENT);
    await expectWhole(await fetch());
    expect(requests).toHaveLength(2);
  });
});

/** Not by `toEqual`, which takes seconds for so many bytes. */
async function expectWhole(path: string): Promise<void> {
  expect(CONTENT.equals(await readFile(path))).toBe(true);
}

function whole(content: Buffer) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= content.length) return response.writeHead(416).end();
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': content.length - from });
    response.end(content.subarray(from));
  };
}
