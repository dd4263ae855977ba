import type { Observable } from 'rxjs';
import { Consumption } from '../stream/consume.js';
import type { Lane } from '../stream/lane.js';
import type { StageContext } from './stage.js';

/** Joins the stage's consumer group: a pipeline for each partition of `topics` that is assigned to this member. */
export function consumeInputs(
  { broker, group, creditBytes, commitIntervalMs, observer, backoff }: StageContext,
  topics: readonly string[],
  pipeline: (lane: Lane) => Observable<unknown>,
): Promise<Consumption> {
  return Consumption.start({
    broker,
    group: { ...group, topics },
    creditBytes,
    commitIntervalMs,
    observer,
    backoff,
    pipeline,
  });
}
