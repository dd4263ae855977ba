/** How to reach a Kafka cluster, and the client's clocks. Secrets stay in here: no error and no log line quotes them. */
export interface KafkaSettings {
  /** `host:port` of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  /** Shown in the brokers' logs and quotas. Default `plantsense`. */
  readonly clientId?: string;
  /** Absent: plain TCP. */
  readonly tls?: KafkaTls;
  readonly sasl?: KafkaSasl;
  /** For one TCP and TLS handshake. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** How long a call is tried again before it fails with BROKER_UNAVAILABLE. Default 8,000. */
  readonly retryBudgetMs?: number;
  /** How long a batch is tried again before `send` fails with BROKER_UNAVAILABLE. Default 30,000. */
  readonly deliveryTimeoutMs?: number;
  /** How long a broker may hold a fetch that finds nothing. Default 5,000. */
  readonly fetchWaitMs?: number;
  /** Pause between two heartbeats; far below the session timeout. Default 1,000. */
  readonly heartbeatIntervalMs?: number;
  /** How often a group looks for new partitions of its topics. Default 30,000. */
  readonly metadataMaxAgeMs?: number;
}

/** PEM texts, not paths. */
export interface KafkaTls {
  /** Authorities to trust instead of Node's own list. */
  readonly ca?: string;
  /** Client certificate and key, for brokers that ask for them. */
  readonly cert?: string;
  readonly key?: string;
  /** The name that the broker's certificate must carry; default its host name. */
  readonly serverName?: string;
  /** `false` accepts any certificate: anyone between here and the broker can read and change everything. */
  readonly rejectUnauthorized?: boolean;
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export type KafkaLogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What the adapter takes from the process around it. */
export interface KafkaEnvironment {
  readonly log: (level: KafkaLogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void;
  /** Milliseconds since the epoch: stamps messages that carry no time of their own. */
  readonly nowMs: () => number;
}

export type ResolvedSettings = Required<Omit<KafkaSettings, 'tls' | 'sasl'>> &
  Pick<KafkaSettings, 'tls' | 'sasl'>;

/** Fills in the defaults. */
export function resolveSettings(settings: KafkaSettings): ResolvedSettings {
  return {
    clientId: 'plantsense',
    connectTimeoutMs: 3_000,
    retryBudgetMs: 8_000,
    deliveryTimeoutMs: 30_000,
    fetchWaitMs: 5_000,
    heartbeatIntervalMs: 1_000,
    metadataMaxAgeMs: 30_000,
    ...settings,
  };
}
