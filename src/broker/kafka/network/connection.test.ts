import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { resolveSettings } from '../settings.js';
import { Connection } from './connection.js';

describe('a connection', () => {
  const settings = resolveSettings({ brokers: [], connectTimeoutMs: 300 });

  /** Something on a port that is no Kafka, and what becomes of a connection to it. */
  const against = async (behaviour: (socket: Socket) => void) => {
    const server = createServer(behaviour);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const opening = Connection.open({ host: '127.0.0.1', port }, settings);
    const error: Error & { code?: string } = await opening.then(
      () => new Error('opened'),
      (e: Error) => e,
    );
    await new Promise(resolve => server.close(resolve));
    return error;
  };

  it('is refused where nobody listens', async () => {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise(resolve => server.close(resolve));
    await expect(Connection.open({ host: '127.0.0.1', port }, settings)).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('asks whether TLS is wanted where the other side hangs up', async () => {
    const error = await against(socket => socket.destroy());
    expect(error).toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(error.message).toMatch(/closed the connection|ECONNRESET/);
  });

  it('gives up on who never answers', async () => {
    const error = await against(socket => socket.on('error', () => {}).resume());
    expect(error).toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      message: expect.stringContaining('no answer to ApiVersions within 300 ms'),
    });
  });

  it('gives up on who talks another language', async () => {
    const error = await against(socket =>
      socket
        .on('error', () => {})
        .resume()
        .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    expect(error).toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      message: expect.stringContaining('not a Kafka broker'),
    });
  });

  it('is refused with a certificate that is none', async () => {
    const tls = { cert: 'no certificate', key: 'no key' };
    const opening = Connection.open({ host: '127.0.0.1', port: 1 }, { ...settings, tls });
    await expect(opening).rejects.toMatchObject({ code: 'BROKER_AUTH_FAILED' });
  });
});
