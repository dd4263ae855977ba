import type { SegmentOptions } from '../audio/segments.js';
import type { AssignedPartition } from '../broker/port.js';
import { toPlantsenseError } from '../errors.js';
import { beginLearning } from './learning-stage.js';
import { MachineModels } from './machine-learn-models.js';
import { type LearnerShare, PartitionLearner } from './machine-learn-partition.js';
import { SharedLearner } from './machine-learn-shared.js';
import type { MachineTrainingOptions } from './machine-learn-training.js';
import { Turns } from './machine-learn-turns.js';
import type { RunningStage, StageContext } from './stage.js';

export interface MachineLearnOptions extends MachineTrainingOptions {
  /** Topic of scores: what they don't call normal is not learnt, once a machine has a model. */
  readonly scores: string;
  /** What the input's segments are cut with; null when the topology has no stage that cuts them. */
  readonly segment: Partial<SegmentOptions> | null;
  /** Of a machine: its first model is trained after as many. */
  readonly firstAfterSegments: number;
  /** Of all machines: a model for those without one is trained after as many; null for none. */
  readonly sharedAfterSegments: number | null;
  /** Event time after a model until the next one of the machine; null for never. */
  readonly againAfterHours: number | null;
}

/** A learner of an assigned partition. */
interface Running {
  readonly learner: PartitionLearner;
  readonly stop: () => Promise<void>;
}

/**
 * Learns machines from their segments: a first model of each, a shared one for those that have none yet, and the next one as
 * a machine ages. The owner of a partition learns its machines, and that of the first one the shared model too.
 */
export async function startMachineLearn(
  options: MachineLearnOptions,
  context: StageContext,
): Promise<RunningStage> {
  const { broker, group, dataDir } = context;
  const { input, outputs } = options;
  const learning = await beginLearning('machine', { input, models: outputs.models }, context);
  const { watch, fail } = learning;
  const share: LearnerShare = {
    ...{ options, context, turns: new Turns() },
    models: new MachineModels(watch, dataDir),
    isCaughtUp: () => watch.isCaughtUp,
  };
  const shared = new SharedLearner(share);
  const running = new Map<number, Running>();
  let stopShared: (() => Promise<void>) | null = null;

  const begin = (work: (signal: AbortSignal) => Promise<void>) => {
    const stop = new AbortController();
    const ended = work(stop.signal).catch(error => {
      if (!stop.signal.aborted) fail(toPlantsenseError(error));
    });
    return async () => {
      stop.abort();
      await ended;
    };
  };
  const assigned = (partitions: readonly AssignedPartition[]) => {
    for (const partition of partitions) {
      const learner = new PartitionLearner(partition, share);
      running.set(partition.partition, { learner, stop: begin(signal => learner.run(signal)) });
      if (partition.partition === 0 && options.sharedAfterSegments !== null)
        stopShared = begin(signal => shared.run(signal));
    }
  };
  const revoked = async (partitions: readonly AssignedPartition[]) => {
    const stops = partitions.map(async ({ partition }) => {
      const stop = running.get(partition)?.stop;
      running.delete(partition);
      const leave = partition === 0 ? stopShared : null;
      if (partition === 0) stopShared = null;
      await Promise.all([stop?.(), leave?.()]);
    });
    await Promise.all(stops);
  };
  const member = await broker.join(
    { ...group, topics: [options.input] },
    { assigned, revoked, lost: partitions => void revoked(partitions), failed: error => fail(error) },
  );

  return learning.run({
    detail: () => {
      const learners = [...running.values()].map(({ learner }) => learner);
      const details = [...learners.map(({ detail }) => detail), stopShared && shared.detail];
      return details.find(detail => detail) ?? describeWaiting(learners, options.firstAfterSegments);
    },
    isBusy: async () => {
      const busy = [...running.values()].map(({ learner }) => learner.isBusy());
      return (await Promise.all([...busy, stopShared !== null && shared.isBusy()])).includes(true);
    },
    stop: () => member.close(),
  });
}

function describeWaiting(learners: readonly PartitionLearner[], needed: number): string | null {
  const waiting = learners
    .flatMap(learner => learner.waiting)
    .sort((a, b) => b.segments - a.segments || (a.sensor < b.sensor ? -1 : 1));
  const [first] = waiting;
  if (!first) return null;
  const more = waiting.length - 1;
  const others =
    more === 0 ? '' : `, and ${more} more ${more === 1 ? 'machine has' : 'machines have'} none yet`;
  return `learns ${first.sensor} after ${needed} segments, has ${first.segments}${others}`;
}
