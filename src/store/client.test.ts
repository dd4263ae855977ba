import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectStore, type Store } from './client.js';
import { levels } from './tables/index.js';
import { levelRow } from './testing/sample-rows.js';

let server: Server | undefined;
let store: Store | undefined;

afterEach(async () => {
  await store?.close();
  server?.closeAllConnections();
  server?.close();
});

/** A store that is not ClickHouse at its best. */
async function connectTo(answer: RequestListener, timeoutMs = 200): Promise<Store> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  store = connectStore({ url: `http://127.0.0.1:${port}`, timeoutMs });
  return store;
}

function exception(code: number, type: string, status = 500): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { 'X-ClickHouse-Exception-Code': String(code) });
    response.end(`Code: ${code}. DB::Exception: Something. (${type}) (version 26.7.2.1)\n`);
  };
}

const insert = (to: Store) => to.insertBlock(levels, [levelRow(0)], 'token');

describe('a store that is not well', () => {
  it('is unavailable when nobody listens', async () => {
    const to = await connectTo(() => {});
    server!.close();
    await expect(insert(to)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', class: 'retryable' });
    await expect(to.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('is unavailable when it takes a block and never answers', async () => {
    const to = await connectTo(request => request.resume());
    await expect(insert(to)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('is unavailable when it hangs up', async () => {
    const to = await connectTo(request => request.socket.destroy());
    await expect(insert(to)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('is unavailable when a proxy answers in its place', async () => {
    const to = await connectTo((request, response) => {
      request.resume();
      response.writeHead(502).end('<html>Bad gateway</html>');
    });
    await expect(insert(to)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it.each([
    [252, 'TOO_MANY_PARTS', 'STORE_UNAVAILABLE', 'STORE_UNAVAILABLE'],
    [241, 'MEMORY_LIMIT_EXCEEDED', 'STORE_UNAVAILABLE', 'STORE_QUERY_FAILED'],
    [159, 'TIMEOUT_EXCEEDED', 'STORE_UNAVAILABLE', 'STORE_QUERY_FAILED'],
    [243, 'NOT_ENOUGH_SPACE', 'DISK_FULL', 'DISK_FULL'],
    [516, 'AUTHENTICATION_FAILED', 'STORE_AUTH_FAILED', 'STORE_AUTH_FAILED'],
    [16, 'NO_SUCH_COLUMN_IN_TABLE', 'STORE_REJECTED', 'STORE_QUERY_FAILED'],
  ])('that says %i %s means %s for an insert and %s for a query', async (code, type, forInsert, forQuery) => {
    const to = await connectTo(exception(code, type));
    await expect(insert(to)).rejects.toMatchObject({ code: forInsert });
    await expect(to.query('SELECT 1')).rejects.toMatchObject({ code: forQuery });
  });

  it('is named in the message, its password is not', async () => {
    server = createServer(exception(252, 'TOO_MANY_PARTS')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    store = connectStore({ url: `http://127.0.0.1:${port}`, password: 'hunter2' });
    const error = await insert(store).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({
      message: `The store at http://127.0.0.1:${port} did not take a block for levels: Something.`,
    });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  it('is let go when the reader of a result stops half-way', async () => {
    let hungUp: Promise<unknown> = Promise.resolve();
    const to = await connectTo((request, response) => {
      request.resume();
      hungUp = once(response, 'close');
      response.write('first row\n');
    }, 60_000);
    for await (const piece of to.read('SELECT 1')) {
      expect(Buffer.from(piece).toString()).toBe('first row\n');
      break;
    }
    await hungUp;
  });

  it('is not asked at all when the caller has given up', async () => {
    let asked = 0;
    const to = await connectTo(() => {
      asked += 1;
    });
    const reason = new Error('given up');
    await expect(to.query('SELECT 1', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(asked).toBe(0);
  });
});
