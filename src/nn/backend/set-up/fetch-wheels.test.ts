import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchWheels } from './fetch-wheels.js';
import { type IndexOptions, type LocalIndex, serveIndex, wheelOf } from './testing/local-index.js';
import { zip } from './testing/zip.js';

const LIBRARY = randomBytes(200_000).toString('hex');
const CONTENT = zip({ 'tensorflow/lib.so': LIBRARY, 'tensorflow/module.py': 'pass' });
const WHEEL = wheelOf(CONTENT, path => path.endsWith('.so'));

describe('fetching wheels', () => {
  let scratch: string;
  let index: LocalIndex;
  let lines: string[];

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'plantsense-wheels-'));
    lines = [];
  });
  afterEach(async () => {
    await index.close();
    await rm(scratch, { recursive: true });
  });

  const serve = async (options?: IndexOptions) => {
    index = await serveIndex(WHEEL, CONTENT, options);
  };
  const fetch = (env: NodeJS.ProcessEnv = {}) =>
    fetchWheels(
      [WHEEL],
      join(scratch, 'release'),
      join(scratch, 'downloads'),
      { PIP_CONFIG_FILE: '/dev/null', PIP_INDEX_URL: index.url, ...env },
      line => {
        lines.push(line);
        if (line.includes('%')) index.breakOff();
      },
    );
  const library = () => readFile(join(scratch, 'release/tensorflow/lib.so'), 'utf8');
  const file = `/files/${WHEEL.fileName}`;

  for (const html of [false, true]) {
    it(`unpacks what is wanted, and removes the archive (index in ${html ? 'HTML' : 'JSON'})`, async () => {
      await serve({ html });
      await fetch();
      expect(await library()).toBe(LIBRARY);
      expect(await readdir(join(scratch, 'release/tensorflow'))).toEqual(['lib.so']);
      expect(await readdir(join(scratch, 'downloads'))).toEqual([]);
      expect(lines.at(-2)).toMatch(/^100 % {2}\d+ of \d+ MB/);
    });
  }

  it('goes on where the connection broke', async () => {
    await serve({ holdsAfter: [150_000, 90_000] });
    await fetch();
    expect(await library()).toBe(LIBRARY);
    const asked = index.requests.filter(request => request.startsWith(file));
    expect(asked).toHaveLength(3);
    for (const again of asked.slice(1)) expect(again).toMatch(/ bytes=[1-9]\d+-$/);
  });

  it('goes on where an earlier process stopped', async () => {
    await serve();
    await mkdir(join(scratch, 'downloads'));
    await writeFile(join(scratch, 'downloads', `${WHEEL.fileName}.part`), CONTENT.subarray(0, 1000));
    await fetch();
    expect(await library()).toBe(LIBRARY);
    expect(index.requests).toContain(`${file} bytes=1000-`);
  });

  it('starts over when what an earlier process left is not the beginning of the file', async () => {
    await serve();
    await mkdir(join(scratch, 'downloads'));
    await writeFile(join(scratch, 'downloads', `${WHEEL.fileName}.part`), Buffer.alloc(1000));
    await fetch();
    expect(await library()).toBe(LIBRARY);
    expect(index.requests.at(-1)).toBe(file);
  });

  it('clears away what was half unpacked', async () => {
    await serve();
    await mkdir(join(scratch, 'release.new/tensorflow'), { recursive: true });
    await writeFile(join(scratch, 'release.new/tensorflow/old.so'), 'half');
    await fetch();
    expect(await readdir(join(scratch, 'release/tensorflow'))).toEqual(['lib.so']);
  });

  it('refuses a file with another checksum, and leaves nothing of it', async () => {
    const other = Buffer.from(CONTENT);
    other[5000]! ^= 1;
    await serve({ instead: other });
    await expect(fetch()).rejects.toMatchObject({ code: 'PACKAGE_CHECKSUM_MISMATCH' });
    expect(existsSync(join(scratch, 'release'))).toBe(false);
    expect(await readdir(join(scratch, 'downloads'))).toEqual([]);
  });

  it('gives up when the file never comes whole, and keeps what came', async () => {
    await serve({ breaksAfter: [1000, 1000, 1000, 1000] });
    await expect(fetch()).rejects.toMatchObject({ code: 'PACKAGE_INDEX_UNREACHABLE' });
    expect(await readdir(join(scratch, 'downloads'))).toEqual([`${WHEEL.fileName}.part`]);
  });

  it('asks the further indexes when the first has no such file, and gives each its own password', async () => {
    await serve({ password: 'se:cret' });
    const withPassword = index.url.replace('//', '//user:se%3Acret@');
    await fetch({ PIP_INDEX_URL: 'http://127.0.0.1:1/simple', PIP_EXTRA_INDEX_URL: withPassword });
    expect(await library()).toBe(LIBRARY);
    await rm(join(scratch, 'release'), { recursive: true });
    const wrong = index.url.replace('//', '//user:wrong@');
    const refused = fetch({ PIP_INDEX_URL: wrong });
    await expect(refused).rejects.toThrow(/answers 401/);
    await expect(refused).rejects.not.toThrow(/wrong/);
  });

  it('goes through the proxy that the environment names', async () => {
    await serve();
    const asked: string[] = [];
    const proxy = createServer().on('connect', ({ url }, client: Socket) => {
      asked.push(url!);
      const { hostname, port } = new URL(index.url);
      const server = connect(Number(port), hostname, () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
      server.pipe(client).pipe(server);
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { port } = proxy.address() as AddressInfo;
    const env = { PIP_INDEX_URL: 'http://index.example/simple', HTTP_PROXY: `http://127.0.0.1:${port}` };
    await fetch(env);
    expect(await library()).toBe(LIBRARY);
    expect(new Set(asked)).toEqual(new Set(['index.example:80']));
    proxy.close();
  });

  it('takes the file from a directory without a network, and checks it all the same', async () => {
    await serve();
    const links = join(scratch, 'links');
    await mkdir(links);
    const env = { PIP_FIND_LINKS: links, PIP_NO_INDEX: '1' };
    await expect(fetch(env)).rejects.toMatchObject({ code: 'PACKAGE_INDEX_UNREACHABLE' });
    await writeFile(join(links, WHEEL.fileName), 'something else');
    await expect(fetch(env)).rejects.toMatchObject({ code: 'PACKAGE_CHECKSUM_MISMATCH' });
    await writeFile(join(links, WHEEL.fileName), CONTENT);
    await fetch(env);
    expect(await library()).toBe(LIBRARY);
    expect(index.requests).toEqual([]);
  });
});
