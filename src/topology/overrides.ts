import { PlantsenseError } from '../errors.js';
import { Secret } from '../telemetry/secret.js';
import type { BrokerOptions } from './broker-options.js';
import type { Env } from './interpolate.js';
import type { StoreOptions } from './store-options.js';
import type { Topology } from './topology.js';

/** What the command line may say instead of the file. */
export interface Overrides {
  /** `embedded` or `kafka://host:port,host:port`. */
  readonly broker?: string | undefined;
  /** `embedded` or `http://host:port`, `https://…`. */
  readonly store?: string | undefined;
  readonly dataDir?: string | undefined;
}

/**
 * The topology with what the command line says, which wins, and the environment: `CLICKHOUSE_URL`, `CLICKHOUSE_USER`,
 * `CLICKHOUSE_PASSWORD`, `CLICKHOUSE_DATABASE`. A new address keeps what the file says of TLS, logins and the rest.
 * @throws PlantsenseError PARAMETER_INVALID
 */
export function applyOverrides(topology: Topology, overrides: Overrides, env: Env): Topology {
  return {
    ...topology,
    broker:
      overrides.broker === undefined ? topology.broker : overrideBroker(topology.broker, overrides.broker),
    store: overrideStore(topology.store, overrides.store ?? (env.CLICKHOUSE_URL || undefined), env),
    dataDir: overrides.dataDir ?? topology.dataDir,
  };
}

const KAFKA_URL = /^kafka:\/\/([A-Za-z0-9._-]+:\d{1,5}(?:,[A-Za-z0-9._-]+:\d{1,5})*)\/?$/;

function overrideBroker(broker: BrokerOptions, address: string): BrokerOptions {
  if (address === 'embedded') return { type: 'embedded' };
  const brokers = KAFKA_URL.exec(address)?.[1]?.split(',');
  if (!brokers)
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `The broker must be embedded or kafka://host:port,host:port, not ${JSON.stringify(address)}.`,
    );
  const base = broker.type === 'kafka' ? broker : { type: 'kafka' as const, clientId: 'plantsense' };
  return { ...base, brokers };
}

function overrideStore(store: StoreOptions, address: string | undefined, env: Env): StoreOptions {
  if (address === 'embedded') return { type: 'embedded' };
  const url = address ?? (store.type === 'clickhouse' ? store.url : undefined);
  if (url === undefined) return store;
  const { user, password, origin } = splitUrl(url);
  const base =
    store.type === 'clickhouse'
      ? store
      : {
          type: 'clickhouse' as const,
          database: 'plantsense',
          username: 'default',
          password: new Secret(''),
        };
  return {
    ...base,
    url: origin,
    ...(env.CLICKHOUSE_DATABASE ? { database: env.CLICKHOUSE_DATABASE } : {}),
    ...present('username', user || env.CLICKHOUSE_USER),
    ...(password || env.CLICKHOUSE_PASSWORD
      ? { password: new Secret(password || (env.CLICKHOUSE_PASSWORD ?? '')) }
      : {}),
  };
}

/** Takes user and password out of a URL, so that the URL can be shown. */
function splitUrl(text: string): { user: string; password: string; origin: string } {
  const url = URL.canParse(text) ? new URL(text) : null;
  // The address itself isn't quoted: a mistyped one may hold a password.
  if (!url || !/^https?:$/.test(url.protocol))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      'The store must be embedded or an address that begins with http:// or https://.',
    );
  const [user, password] = [decode(url.username), decode(url.password)];
  url.username = '';
  url.password = '';
  return { user, password, origin: url.href.replace(/\/$/, '') };
}

/** A percent sign that escapes nothing is part of the password. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function present<K extends string>(key: K, value: string | undefined): { [k in K]?: string } {
  return value ? ({ [key]: value } as { [k in K]?: string }) : {};
}
