import { ERRORS } from '../errors.js';
import type { ConsumeObserver } from '../stream/consume.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';

/** Counts and logs what happens to the lanes of a stage. */
export function laneObserver(stage: string, metrics: Metrics, log: Log, now: () => number): ConsumeObserver {
  const labels = ({ topic, partition }: { topic: string; partition: number }) => ({
    stage,
    topic,
    partition,
  });
  const place = ({ topic, partition }: { topic: string; partition: number }) => ({ topic, partition });
  return {
    assigned: lane => {
      metrics.rebalances.inc({ stage, kind: 'assigned' });
      log.debug({ ...place(lane), position: lane.start.position }, 'A partition was assigned.');
    },
    offsetsLost: (lane, lostOffsets) => {
      metrics.lostOffsets.inc({ stage, topic: lane.topic }, lostOffsets);
      log.error({ ...place(lane), lostOffsets }, 'Retention deleted messages before they were read.');
    },
    deadlineMissed: lane => {
      metrics.errors.inc({ error_type: 'DRAIN_DEADLINE', stage });
      log.warn(
        { ...place(lane), code: 'DRAIN_DEADLINE', position: lane.watermark.position },
        `A partition was given back before it was drained. ${ERRORS.DRAIN_DEADLINE.action}`,
      );
    },
    ended: (lane, drained) => {
      metrics.rebalances.inc({ stage, kind: drained ? 'revoked' : 'lost' });
      for (const gauge of [metrics.lag, metrics.stagePosition, metrics.holdBack, metrics.pendingEvents]) {
        gauge.remove(labels(lane));
      }
      metrics.lastCommitSeconds.remove(labels(lane));
      log.debug(
        { ...place(lane), drained, position: lane.watermark.position },
        'A partition was given back.',
      );
    },
    lateAck: () => metrics.lateAcks.inc({ stage }),
    committed: lane => {
      metrics.commits.inc({ stage, result: 'ok' });
      metrics.lastCommitSeconds.set(labels(lane), now() / 1000);
    },
    commitFenced: () => metrics.commits.inc({ stage, result: 'fenced' }),
    commitFailed: (lane, error) => {
      metrics.commits.inc({ stage, result: 'failed' });
      metrics.errors.inc({ error_type: error.code, stage });
      log.warn({ ...place(lane), code: error.code }, `A commit failed: ${error.message}`);
    },
  };
}
