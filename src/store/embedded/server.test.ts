import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createFront, type FrontOptions } from './server.js';
import type { Spool } from './spool.js';
import { EMPTY_SUMMARY } from './statement.js';

let server: Server | undefined;

afterEach(() => {
  server?.close();
});

/** A front over an engine of the test's own. Gives its port. */
async function serve(run: FrontOptions['run']): Promise<number> {
  const credentials = { username: 'default', password: '' };
  server = createFront({ credentials, version: '1', maxBodyBytes: 1_000, spool: {} as Spool, run });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Sends a request by hand: no client of HTTP lets such a path through. */
function get(port: number, path: string) {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: store\r\nConnection: close\r\n\r\n`);
  return socket;
}

describe('the front of the embedded store', () => {
  it.each(['//', 'http://[', '/\\'])('answers a path that is none, %s, and lives', async path => {
    const port = await serve(async function* () {
      yield* [];
      return EMPTY_SUMMARY;
    });
    const [head] = (await once(get(port, path).setEncoding('utf8'), 'data')) as [string];
    expect(head).toMatch(/^HTTP\/1\.1 40[04]/);
  });

  it('ends a statement whose client went away before the first piece', async () => {
    let begun = () => {};
    let go = () => {};
    let ended = () => {};
    const began = new Promise<void>(resolve => {
      begun = resolve;
    });
    const gone = new Promise<void>(resolve => {
      go = resolve;
    });
    const end = new Promise<void>(resolve => {
      ended = resolve;
    });
    const port = await serve(async function* (_statement, signal) {
      try {
        begun();
        signal.addEventListener('abort', go);
        await gone;
        yield { bytes: Buffer.from('1\n') };
        return EMPTY_SUMMARY;
      } finally {
        ended();
      }
    });
    const socket = get(port, '/?query=SELECT+1');
    await began;
    socket.destroy();
    await end;
  });
});
