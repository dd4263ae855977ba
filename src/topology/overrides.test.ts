import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyOverrides } from './overrides.js';
import { parseTopology } from './parse-topology.js';

const SHIPPED = readFileSync(new URL('../../topologies/noise-clustering.yaml', import.meta.url), 'utf8');

function topology(changes: Readonly<Record<string, string>> = {}) {
  let text = SHIPPED;
  for (const [from, to] of Object.entries(changes)) text = text.replace(from, to);
  const { value, problems } = parseTopology(text, {});
  if (!value) throw new Error(JSON.stringify(problems));
  return value;
}

const store = (overrides = {}, env = {}, changes = {}) =>
  applyOverrides(topology(changes), overrides, env).store;
const IN_FILE = {
  'store: { type: embedded }':
    'store: { type: clickhouse, url: "http://file:8123", username: u, password: p }',
};

describe('applyOverrides', () => {
  it('changes nothing without a reason', () => {
    const file = topology();
    expect(applyOverrides(file, {}, { CLICKHOUSE_URL: '' })).toEqual(file);
  });

  it('takes a broker from the command line and keeps how to log in', () => {
    const { broker } = applyOverrides(topology(), { broker: 'kafka://a:9092,b:9093' }, {});
    expect(broker).toEqual({ type: 'kafka', brokers: ['a:9092', 'b:9093'], clientId: 'plantsense' });
    const kafka = topology({
      'broker: { type: embedded }': 'broker: { type: kafka, brokers: [x:1], tls: {} }',
    });
    expect(applyOverrides(kafka, { broker: 'kafka://y:2' }, {}).broker).toMatchObject({
      brokers: ['y:2'],
      tls: { rejectUnauthorized: true },
    });
    expect(applyOverrides(kafka, { broker: 'embedded' }, {}).broker).toEqual({ type: 'embedded' });
  });

  it('takes a store from the command line, before the environment, before the file', () => {
    const env = { CLICKHOUSE_URL: 'http://env:8123' };
    expect(store({ store: 'https://flag:8443/' }, env, IN_FILE)).toMatchObject({ url: 'https://flag:8443' });
    expect(store({}, env, IN_FILE)).toMatchObject({ url: 'http://env:8123', username: 'u' });
    expect(store({ store: 'embedded' }, env, IN_FILE)).toEqual({ type: 'embedded' });
    expect(store({}, env)).toMatchObject({ type: 'clickhouse', database: 'plantsense', username: 'default' });
  });

  it('takes user and password from the environment or the address, and hides them', () => {
    const fromEnv = store(
      { store: 'http://h:1' },
      { CLICKHOUSE_USER: 'anna', CLICKHOUSE_PASSWORD: 'hunter2', CLICKHOUSE_DATABASE: 'd' },
    );
    expect(fromEnv).toMatchObject({ username: 'anna', database: 'd' });
    const fromUrl = store({ store: 'http://anna:hunter%402@h:1' });
    expect(fromUrl).toMatchObject({ username: 'anna', url: 'http://h:1' });
    expect(fromUrl.type === 'clickhouse' && fromUrl.password.reveal()).toBe('hunter@2');
    const odd = store({ store: 'http://anna:50%25%zz@h:1' });
    expect(odd.type === 'clickhouse' && odd.password.reveal()).toBe('50%25%zz');
    for (const shown of [fromEnv, fromUrl]) expect(JSON.stringify(shown)).not.toContain('hunter');
  });

  it('leaves an embedded store embedded, though a user is set', () => {
    expect(store({}, { CLICKHOUSE_USER: 'anna' })).toEqual({ type: 'embedded' });
  });

  it('takes another data directory', () => {
    expect(applyOverrides(topology(), { dataDir: '/data' }, {}).dataDir).toBe('/data');
  });

  it('refuses what is neither, without repeating a password', () => {
    for (const broker of ['kafka', 'kafka://', 'kafka://h', 'localhost:9092'])
      expect(() => applyOverrides(topology(), { broker }, {})).toThrow(/kafka:\/\/host:port/);
    for (const address of ['h:1', 'tcp://anna:hunter2@h:1', 'anna:hunter2@h']) {
      expect(() => store({ store: address })).toThrow(/http:\/\//);
      expect(() => store({ store: address })).not.toThrow(/hunter2/);
    }
  });
});
