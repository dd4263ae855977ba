import { describe, it } from 'vitest';
import { whyNoKafka } from './jars.js';

/** An external broker to test against, `host:port,…`. */
export const BOOTSTRAP = process.env.KAFKA_BOOTSTRAP;

/**
 * A suite that needs a real Kafka. Where there can be none it is skipped, with the reason printed; in CI, where nothing
 * may be skipped, it fails.
 * @param ownBroker the suite starts a broker of its own, even if KAFKA_BOOTSTRAP names one
 */
export function describeKafka(name: string, suite: () => void, { ownBroker = false } = {}): void {
  const reason = BOOTSTRAP !== undefined && !ownBroker ? null : whyNoKafka();
  if (reason === null) return void describe(name, suite);
  if (process.env.CI === 'true') {
    return void it(name, () => {
      throw new Error(`No Kafka: ${reason}.`);
    });
  }
  console.warn(`skipped: ${name}: ${reason}`);
  describe.skip(`${name} (${reason})`, suite);
}
