import type { Observable } from 'rxjs';
import type { Message } from '../broker/port.js';
import { type ErrorCode, PlantsenseError } from '../errors.js';
import type { Delivery } from '../stream/delivery.js';
import { dropSeen } from '../stream/drop-seen.js';
import { flatMapOrdered } from '../stream/flat-map-ordered.js';
import type { Lane } from '../stream/lane.js';
import { deadLetter, type FailedAt } from './dead-letter.js';
import { originOf } from './origin.js';
import { indexed, type Outgoing } from './outgoing.js';
import { sending } from './sending.js';
import type { StageContext } from './stage.js';

/** Why a message can never be processed, and what is known of it. */
export class RefusedMessage extends PlantsenseError {
  readonly at: Omit<FailedAt, 'stage'>;

  constructor(code: ErrorCode, message: string, { sensor, timeUs }: Omit<FailedAt, 'stage'>) {
    super(code, message);
    this.at = { ...(sensor !== undefined && { sensor }), ...(timeUs !== undefined && { timeUs }) };
  }
}

export interface MapMessagesOptions {
  /** Messages that are worked on at once. */
  readonly concurrency: number;
  /** Topic of what can never be processed. */
  readonly deadLetter: string;
}

/**
 * The pipeline of a stage that keeps no state: each message on its own becomes records, which are sent in the order of the
 * messages. One that can never be processed becomes a dead letter, one that was seen before is dropped.
 *
 * @param work throws a terminal error for a message that can never be processed
 */
export function mapMessages(
  lane: Lane,
  work: (message: Message) => Promise<readonly Outgoing[]>,
  { concurrency, deadLetter: topic }: MapMessagesOptions,
  context: StageContext,
): Observable<unknown> {
  const { name: stage, metrics, log } = context;
  const map = async ({ value: message }: Delivery<Message>) => {
    metrics.receivedEvents.inc({ stage });
    metrics.receivedBytes.inc({ stage }, message.value?.byteLength ?? 0);
    try {
      return indexed(await work(message));
    } catch (error) {
      if (!(error instanceof PlantsenseError) || error.class !== 'terminal') throw error;
      metrics.errors.inc({ error_type: error.code, stage });
      metrics.discardedEvents.inc({ intentional: 'false', reason: 'dead_letter', stage });
      const { partition, offset } = message;
      const at = error instanceof RefusedMessage ? error.at : {};
      log.warn({ code: error.code, offset, partition }, `A message became a dead letter: ${error.message}`);
      return indexed([deadLetter(topic, message, error, { stage, ...at })]);
    }
  };
  return lane.deliveries.pipe(
    dropSeen(
      lane.start,
      delivery => originOf(delivery.value.headers),
      () => metrics.discardedEvents.inc({ intentional: 'true', reason: 'duplicate', stage }),
    ),
    flatMapOrdered(map, { concurrency }),
    sending(context, lane),
  );
}
