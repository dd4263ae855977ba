import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ClientConnection } from './client-connection.js';

/** What a promise gives while the clock runs fast. */
async function eventually<T>(promise: Promise<T>): Promise<T> {
  const settled = new Promise<void>(resolve => void promise.finally(resolve));
  for (let isOver = false; !isOver; ) {
    vi.advanceTimersByTime(1_000);
    const soon = new Promise<boolean>(resolve => setImmediate(resolve, false));
    isOver = await Promise.race([settled.then(() => true), soon]);
  }
  return promise;
}

describe('a connection to the owner of a log', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is given up when the owner takes it and never answers', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    const server = createServer(socket => socket.on('error', () => {}).resume());
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const opening = ClientConnection.open({ address: `127.0.0.1:${port}`, token: '' }, () => {});
    const error = await eventually(opening.then(null, (reason: unknown) => reason));
    expect(error).toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    await new Promise(resolve => server.close(resolve));
  });
});
