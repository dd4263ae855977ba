import type { AssignedPartition, Message, PartitionReader } from '../broker/port.js';
import { classify, toPlantsenseError } from '../errors.js';
import { SegmentWindow, type TopicSegment } from '../lifecycle/machine-model/segment-window.js';
import type { ModelAnnouncement } from '../records/types.js';
import { isFenced, retrying } from '../stream/retry.js';
import { fetchWhatIsLeft } from './follow-topic.js';
import type { MachineLearnOptions } from './machine-learn.js';
import type { MachineModels } from './machine-learn-models.js';
import { type MachineTask, trainMachine } from './machine-learn-training.js';
import type { Turns } from './machine-learn-turns.js';
import { readAccepted } from './machine-training-accepted.js';
import { collectMachineSet } from './machine-training-set.js';
import { decodeSegment, isLearnable, segmentOptionsOfTopic, topicSegment } from './machine-training-topic.js';
import type { StageContext } from './stage.js';

/** What the learners of a stage share. */
export interface LearnerShare {
  readonly options: MachineLearnOptions;
  readonly context: StageContext;
  readonly models: MachineModels;
  readonly turns: Turns;
  /** Whether all was read that had been announced before. */
  readonly isCaughtUp: () => boolean;
}

/** A machine whose segments come by the partition. */
interface Machine {
  readonly sensor: string;
  readonly window: SegmentWindow;
  /** How many segments it has to have had for the next look at it, since one led to nothing. */
  lookAtSeen: number;
}

const US_PER_HOUR = 3_600_000_000;
const CHECK_INTERVAL_MS = 1000;
/** After a training that failed for its data a machine must have had this many times as many segments before the next. */
const MORE_SEGMENTS = 1.1;
/** How far the group's commit may lag behind: what a restart reads again. */
const COMMIT_SEGMENTS = 64;

/**
 * Learns the machines of one partition, one at a time: reads their segments as they come, and stops reading while a model
 * is trained. It looks for what is due only at the end of what lay in the log, so that a first model has all there is.
 */
export class PartitionLearner {
  readonly #share: LearnerShare;
  readonly #assigned: AssignedPartition;
  readonly #machines = new Map<string, Machine>();
  #position = 0;
  #committed = 0;
  #training: string | null = null;
  #problem: string | null = null;

  constructor(assigned: AssignedPartition, share: LearnerShare) {
    this.#assigned = assigned;
    this.#share = share;
  }

  /** What it does or waits for; null when there is nothing to say. */
  get detail(): string | null {
    return this.#training ?? this.#problem;
  }

  /** How many segments the machines without a model have. */
  get waiting(): readonly { readonly sensor: string; readonly segments: number }[] {
    return [...this.#machines.values()]
      .filter(({ sensor }) => this.#share.models.of(sensor).length === 0)
      .map(({ sensor, window }) => ({ sensor, segments: window.size }));
  }

  /** Whether there is something to read or to learn. */
  async isBusy(): Promise<boolean> {
    const ends = await this.#share.context.broker.admin.offsets(this.#assigned.topic);
    const end = ends.find(({ partition }) => partition === this.#assigned.partition);
    return !!end && end.latest > Math.max(end.earliest, this.#position);
  }

  /** Learns until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { broker, backoff } = this.#share.context;
    const { topic, partition, committed } = this.#assigned;
    const retry = { backoff, signal };
    const reader = await retrying(
      () => broker.reader({ topic, partition }, committed?.offset ?? 'earliest'),
      retry,
    );
    try {
      let end = await this.#end();
      while (!signal.aborted) {
        const messages = await retrying(() => fetchWhatIsLeft(broker, reader, signal), retry);
        for (const message of messages) this.#read(message);
        if (reader.position >= end && (await this.#learnWhatIsDue(reader, signal))) end = await this.#end();
        this.#position = reader.position;
        await this.#commit();
      }
    } finally {
      await reader.close();
    }
  }

  async #end(): Promise<number> {
    const { topic, partition } = this.#assigned;
    const ends = await this.#share.context.broker.admin.offsets(topic);
    return ends.find(each => each.partition === partition)?.latest ?? 0;
  }

  #read(message: Message): void {
    const features = decodeSegment(message);
    if (!features || !isLearnable(features)) return;
    const { sensor } = features;
    let machine = this.#machines.get(sensor);
    if (!machine) {
      const window = new SegmentWindow(this.#share.options.windowHours);
      machine = { sensor, window, lookAtSeen: 0 };
      this.#machines.set(sensor, machine);
    }
    machine.window.add(topicSegment({ ...features, sensor: machine.sensor }, message), features);
  }

  /** @returns whether something was learnt */
  async #learnWhatIsDue(reader: PartitionReader, signal: AbortSignal): Promise<boolean> {
    const { isCaughtUp, context } = this.#share;
    while (!isCaughtUp() && !signal.aborted) await context.backoff.wait(CHECK_INTERVAL_MS, signal);
    let hasLearnt = false;
    for (const machine of this.#machines.values()) {
      for (let isOver = false; !isOver && !signal.aborted; ) {
        try {
          hasLearnt = (await this.#learn(machine, reader, signal)) || hasLearnt;
          isOver = true;
        } catch (thrown) {
          if (signal.aborted) break;
          isOver = this.#failed(machine, thrown);
          // A full disk, a broker that is away, a training that another process is at.
          if (!isOver) await context.backoff.wait(CHECK_INTERVAL_MS, signal);
        }
      }
    }
    return hasLearnt;
  }

  /** @returns true when there is no use in trying again at once */
  #failed(machine: Machine, thrown: unknown): boolean {
    const { metrics, name: stage, log } = this.#share.context;
    const error = toPlantsenseError(thrown);
    if (error.class === 'fatal') throw error;
    metrics.errors.inc({ error_type: error.code, stage });
    const problem = `could not learn ${machine.sensor}: ${error.message}`;
    if (problem !== this.#problem)
      log.warn(
        { code: error.code, machine: machine.sensor },
        `No model of ${machine.sensor}: ${error.message} ${error.action}`,
      );
    this.#problem = problem;
    const isTerminal = classify(error) === 'terminal';
    if (isTerminal) machine.lookAtSeen = Math.ceil(MORE_SEGMENTS * machine.window.seen);
    return isTerminal;
  }

  /** Learns a machine if that is due. @returns whether it was */
  async #learn(machine: Machine, reader: PartitionReader, signal: AbortSignal): Promise<boolean> {
    const { options, context, models, turns } = this.#share;
    const { sensor, window } = machine;
    const due = await this.#due(machine);
    if (!due) return false;
    const accepts = await this.#accepted(machine, due, signal);
    if (!accepts) return false;
    const { name: stage, metrics, log, broker } = context;
    const segment = segmentOptionsOfTopic(options.input, window.kind!, options.segment);
    const task: MachineTask = {
      ...{ entity: sensor, announcements: models.announcements, parent: due.parent, segment, turns },
      collect: (path, reservoir) =>
        collectMachineSet(
          broker,
          {
            ...{
              topic: options.input,
              window,
              segment,
              maxSegments: options.maxSegments,
              blockSegments: options.blockSegments,
              accepts,
              reservoir,
            },
            judge: due.parent !== null,
            seen: [{ topic: options.input, partition: this.#assigned.partition, offset: reader.position }],
          },
          path,
          signal,
        ),
    };
    this.#training = `learns ${sensor}: waits for its turn`;
    try {
      const announcement = await trainMachine(
        task,
        options,
        context,
        signal,
        ({ step, steps, loss, etaSecs }) => {
          this.#training = `learns ${sensor}: step ${step} of ${steps}, loss ${loss.toPrecision(4)}, ${Math.ceil(etaSecs)} s left`;
        },
      );
      models.announced(announcement);
      metrics.modelsPublished.inc({ stage });
      const { version, state, reason } = announcement;
      log.info({ machine: sensor, version, state }, reason);
      this.#problem = null;
      return true;
    } finally {
      this.#training = null;
    }
  }

  /** What the machine is to learn now; null when nothing is due. */
  async #due({ sensor, window, lookAtSeen }: Machine): Promise<Due | null> {
    const { options, models } = this.#share;
    if (window.size < options.firstAfterSegments || window.seen < lookAtSeen) return null;
    const known = models.of(sensor);
    if (known.length === 0) return FIRST;
    const active = models.activeAt(sensor, window.newestUs);
    if (!active) return null;
    // A model of other segments can't go on, and can't score these.
    if ((await models.featureSetOf(active)) !== window.kind?.featureSet) return FIRST;
    if (options.againAfterHours === null) return null;
    // A model of recordings has heard nothing of the stream: it counts from when it is used.
    const learntUs = Math.max(
      ...known.map(({ createdUs, activeFromUs }) => Math.max(createdUs, activeFromUs)),
    );
    const dueUs = learntUs + options.againAfterHours * US_PER_HOUR;
    return window.newestUs < dueUs ? null : { parent: active, dueUs };
  }

  /** Which segments are to be learnt from; null while there are too few. */
  async #accepted(
    machine: Machine,
    { parent, dueUs }: Due,
    signal: AbortSignal,
  ): Promise<((segment: TopicSegment) => boolean) | null> {
    // Before a first model nothing says what is normal.
    if (!parent) return () => true;
    const { options, context } = this.#share;
    const { sensor, window } = machine;
    const fresh = window.segments().filter(({ startTimeUs }) => startTimeUs > parent.createdUs);
    const request = { topic: options.scores, sensor, fromUs: parent.createdUs };
    const accepted = await readAccepted(context.broker, request, signal);
    const accepts = (segment: TopicSegment) =>
      segment.startTimeUs > parent.createdUs && accepted.has(segment);
    const missing = options.firstAfterSegments - fresh.filter(accepts).length;
    const isJudged = accepted.newestUs >= dueUs;
    if (missing <= 0 && isJudged) return accepts;
    machine.lookAtSeen = window.seen + (isJudged ? Math.max(missing, LEAST_MORE) : LEAST_MORE);
    return null;
  }

  /** Lets a restart begin with what is still of use. */
  async #commit(): Promise<void> {
    const needed = Math.min(
      this.#position,
      ...[...this.#machines.values()]
        .filter(({ sensor }) => this.#isStillToLearn(sensor))
        .map(({ window }) => window.firstOffset ?? this.#position),
    );
    if (needed - this.#committed < COMMIT_SEGMENTS) return;
    this.#committed = needed;
    await this.#assigned.commit({ offset: needed, metadata: '' }).catch(error => {
      // Another member reads from the commit before; a broker that is away gets the next one.
      if (!isFenced(error) && classify(error) !== 'retryable') throw error;
    });
  }

  #isStillToLearn(sensor: string): boolean {
    const { options, models } = this.#share;
    return options.againAfterHours !== null || models.of(sensor).length === 0;
  }
}

/** A model that is due. */
interface Due {
  /** What it goes on from. */
  readonly parent: ModelAnnouncement | null;
  /** Since when; scores must have come that far. */
  readonly dueUs: number;
}

const FIRST: Due = { parent: null, dueUs: Number.NEGATIVE_INFINITY };
/** Segments until the next look when scores were missing. */
const LEAST_MORE = 20;
