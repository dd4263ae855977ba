import { openKafkaBroker } from '../../src/broker/kafka/broker.js';
import type { KafkaEnvironment, KafkaSettings } from '../../src/broker/kafka/settings.js';
import type { Broker } from '../../src/broker/port.js';

/** Quiet unless `KAFKA_TEST_LOG` is set. */
export const environment: KafkaEnvironment = {
  log: (level, message, fields) => {
    if (process.env.KAFKA_TEST_LOG) console.log(level, message, JSON.stringify(fields));
  },
  nowMs: () => Date.now(),
};

/** A client with its clocks turned up, so that tests need not wait. */
export const openClient = (brokers: string, settings: Partial<KafkaSettings> = {}): Promise<Broker> =>
  openKafkaBroker(
    {
      brokers: brokers.split(','),
      heartbeatIntervalMs: 100,
      metadataMaxAgeMs: 1_000,
      ...settings,
    },
    environment,
  );
