import type { OperatorFunction } from 'rxjs';
import { toPlantsenseError } from '../errors.js';
import type { Delivery } from '../stream/delivery.js';
import type { Lane } from '../stream/lane.js';
import { originSource } from './origin.js';
import type { Indexed } from './outgoing.js';
import { ownPartition } from './own-partition.js';
import { sendOutputs } from './send-outputs.js';
import type { StageContext } from './stage.js';

/** `sendOutputs` for a lane of a stage, counted and logged. */
export function sending(context: StageContext, lane: Lane): OperatorFunction<Delivery<Indexed>, unknown> {
  const { name: stage, broker, producer, metrics, log, backoff, now } = context;
  return sendOutputs({
    producer,
    source: originSource(stage, lane.topic, lane.incarnation, lane.partition),
    outputPartition: ownPartition(broker.admin, lane.partition),
    backoff,
    signal: lane.over,
    onRetry: thrown => {
      const error = toPlantsenseError(thrown);
      metrics.retries.inc({ error_type: error.code, stage });
      log.warn({ code: error.code }, `Sending is tried again: ${error.message}`);
    },
    onSent: (topic, sent) => {
      metrics.sentEvents.inc({ stage, topic }, sent.length);
      const nowUs = now() * 1000;
      for (const { value, dataEndUs } of sent) {
        metrics.sentBytes.inc({ stage, topic }, value?.byteLength ?? 0);
        if (dataEndUs !== undefined) metrics.eventDelaySeconds.observe({ stage }, (nowUs - dataEndUs) / 1e6);
      }
    },
    onRefused: (outgoing, error) => {
      metrics.errors.inc({ error_type: error.code, stage });
      log.error(
        { code: error.code, topic: outgoing.topic, key: outgoing.key },
        `A record was left out: ${error.message} ${error.action}`,
      );
    },
  });
}
