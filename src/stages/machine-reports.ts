import type { Message } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import type { Delivery } from '../stream/delivery.js';
import type { Step } from '../stream/stateful.js';
import { deadLetter } from './dead-letter.js';
import type { MachineReport, MachineStep, RefusedChunk } from './machine-residual.worker.js';
import { type Indexed, indexed } from './outgoing.js';
import type { StageContext } from './stage.js';
import { logTensorNotice } from './tensor-notices.js';

/** What the stage of machines counts and logs of its thread's answers. */

/** A chunk that can never be processed. */
export function refuseChunk(
  { code, message: reason }: RefusedChunk,
  { value: message, offset }: Delivery<Message>,
  deadLetterTopic: string,
  { name: stage, metrics, log }: StageContext,
): Step<Indexed> {
  const error = new PlantsenseError(code, reason);
  metrics.errors.inc({ error_type: code, stage });
  metrics.discardedEvents.inc({ intentional: 'false', reason: 'dead_letter', stage });
  log.warn({ code, offset, partition: message.partition }, `A chunk became a dead letter: ${reason}`);
  return { outputs: indexed([deadLetter(deadLetterTopic, message, error, { stage })]), changes: [] };
}

export function countStep(step: MachineStep, { name: stage, metrics }: StageContext): void {
  const { sensor, notices, segments, raised, audioSecs, chunkEndUs } = step;
  for (const { kind } of notices) metrics.sensorNotices.inc({ kind, sensor });
  for (const [result, n] of Object.entries(segments)) metrics.machineSegments.inc({ stage, result }, n);
  for (const detector of raised) metrics.machineAlarms.inc({ stage, detector });
  metrics.audioSeconds.inc({ stage }, audioSecs);
  metrics.sensorLastEventSeconds.set({ sensor }, chunkEndUs / 1e6);
}

export function tellReport(report: MachineReport, { name: stage, metrics, log }: StageContext): void {
  if (logTensorNotice(log, report)) return;
  if ('refused' in report) {
    const { code, message, version } = report.refused;
    metrics.errors.inc({ error_type: code, stage });
    log.error({ code, version }, `A model scores nothing: ${message}`);
  } else if ('trouble' in report) {
    const { code, message } = report.trouble;
    metrics.retries.inc({ error_type: code, stage });
    log.warn({ code }, `A clip is written again: ${message}`);
  }
}
