import { Registry } from 'prom-client';
import type { Broker, OutgoingMessage } from '../../broker/port.js';
import { instantBackoff } from '../../stream/testing/signals.js';
import { createLog } from '../../telemetry/log.js';
import { createMetrics } from '../../telemetry/metrics.js';
import type { StageContext } from '../stage.js';

const metrics = createMetrics(new Registry());
const log = createLog({ level: 'silent' });

/** What a stage gets in a test: it sends to `send`, and retries without waiting. */
export function testContext(
  broker: Broker,
  send: (topic: string, messages: readonly OutgoingMessage[]) => Promise<void>,
  overrides: Partial<StageContext> = {},
): StageContext {
  return {
    name: 'stage',
    broker,
    producer: { send, close: async () => {} },
    metrics,
    log,
    backoff: instantBackoff(),
    group: { group: 'g' },
    creditBytes: 1e6,
    commitIntervalMs: 1000,
    observer: {},
    dataDir: '/nowhere',
    now: () => 0,
    ...overrides,
  };
}
