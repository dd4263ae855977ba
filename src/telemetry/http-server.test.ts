import { connect } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Health } from './health.js';
import { type HttpServer, type HttpServerOptions, startHttpServer } from './http-server.js';
import { createMetrics } from './metrics.js';

const version = { name: 'plantsense', version: '1.2.3', node: '20.19.0', topology: 'noise <hall>' };

describe('startHttpServer', () => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  let health: Health;
  let server: HttpServer;
  const options = (): HttpServerOptions => ({
    host: '127.0.0.1',
    port: 0,
    health,
    version,
    metrics: registry,
    closeGraceMs: 50,
  });
  const get = (path: string, init?: RequestInit) => fetch(server.url + path, init);

  beforeEach(async () => {
    health = new Health(() => 0);
    server = await startHttpServer(options());
  });
  afterEach(() => server.close());

  it('answers /ping as long as the process lives', async () => {
    const response = await get('/ping');
    expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
  });

  it('answers /ready with 503 until every component is ready', async () => {
    health.set('store', 'starting');
    expect((await get('/ready')).status).toBe(503);
    health.set('store', 'ready');
    const response = await get('/ready?verbose=1');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      ready: true,
      components: { store: { state: 'ready', detail: '', since: '1970-01-01T00:00:00.000Z' } },
    });
  });

  it("gives metrics in Prometheus's format", async () => {
    metrics.lateAcks.inc({ stage: 'listen' }, 3);
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('plantsense_late_acks_total{stage="listen"} 3');
  });

  it('tells the version', async () => {
    expect(await (await get('/version')).json()).toEqual(version);
  });

  it('shows a status page that escapes what it prints and runs no scripts', async () => {
    health.set('listen', 'stalled', '<script>alert("x")</script>');
    const response = await get('/');
    const page = await response.text();
    expect(page).toContain('noise &lt;hall&gt; is not ready');
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(page).not.toContain('<script');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('answers HEAD with the headers alone', async () => {
    const [head, full] = [await get('/version', { method: 'HEAD' }), await get('/version')];
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe(full.headers.get('content-length'));
    expect(await head.text()).toBe('');
  });

  it('refuses other methods and unknown paths', async () => {
    const post = await get('/ready', { method: 'POST', body: 'x' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const missing = await get('/nothing');
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ paths: expect.arrayContaining(['/metrics']) });
  });

  it('answers 500 when a route fails, and lives on', async () => {
    await server.close();
    const broken = { contentType: 'text/plain', metrics: () => Promise.reject(new Error('no numbers')) };
    server = await startHttpServer({ ...options(), metrics: broken });
    const response = await get('/metrics');
    expect([response.status, await response.json()]).toEqual([500, { error: 'no numbers' }]);
    expect((await get('/ping')).status).toBe(200);
  });

  it('says that the port is in use, and by what address', async () => {
    const second = startHttpServer({ ...options(), port: server.port });
    await expect(second).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `Another process listens on http://127.0.0.1:${server.port}.`,
    });
  });

  it('says that an address is not of this machine', async () => {
    const elsewhere = startHttpServer({ ...options(), host: '203.0.113.1' });
    await expect(elsewhere).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
  });

  it('closes although a client keeps its connection open, and can be closed twice', async () => {
    const socket = connect(server.port, '127.0.0.1');
    await new Promise(resolve => socket.once('connect', resolve));
    const ended = new Promise(resolve => socket.once('close', resolve));
    await Promise.all([server.close(), server.close()]);
    await ended;
    await expect(get('/ping')).rejects.toThrow();
  });
});
