import { classify, toPlantsenseError } from '../errors.js';
import type { LearnerShare } from './machine-learn-partition.js';
import { type MachineTask, trainMachine } from './machine-learn-training.js';
import { collectMachineSet } from './machine-training-set.js';
import { readMachineWindow, segmentOptionsOfTopic } from './machine-training-topic.js';

/** A model of one machine would be no other than that machine's own. */
const LEAST_MACHINES = 2;
const CHECK_INTERVAL_MS = 1000;
/** After a look that led to nothing the topic must have had this many times as many segments before the next. */
const MORE_SEGMENTS = 1.5;

/** Learns the model of all machines, once, for those that have no model of their own yet. */
export class SharedLearner {
  readonly #share: LearnerShare;
  #detail: string | null = null;
  #problem: string | null = null;
  /** How many segments the topic has to have had for the next look. */
  #lookAt = 0;

  constructor(share: LearnerShare) {
    this.#share = share;
  }

  get detail(): string | null {
    return this.#detail ?? this.#problem;
  }

  async isBusy(): Promise<boolean> {
    return (await this.#segmentsIfDue()) !== null;
  }

  /** Learns it when it is due, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { context, isCaughtUp } = this.#share;
    while (!signal.aborted) {
      if (isCaughtUp()) await this.#check(signal).catch(thrown => this.#failed(thrown, signal));
      await context.backoff.wait(CHECK_INTERVAL_MS, signal);
    }
  }

  #failed(thrown: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    const { metrics, name: stage, log } = this.#share.context;
    const error = toPlantsenseError(thrown);
    if (error.class === 'fatal') throw error;
    metrics.errors.inc({ error_type: error.code, stage });
    const problem = `could not learn the shared model: ${error.message}`;
    if (problem !== this.#problem)
      log.warn({ code: error.code }, `No shared model: ${error.message} ${error.action}`);
    this.#problem = problem;
  }

  async #check(signal: AbortSignal): Promise<void> {
    const segments = await this.#segmentsIfDue();
    if (segments === null) return;
    const { options, context, models, turns } = this.#share;
    const { name: stage, broker, metrics, log } = context;
    const { input: topic, windowHours, maxSegments, blockSegments, segment: expected } = options;
    try {
      const found = await readMachineWindow(broker, { topic, sensor: null, windowHours }, signal);
      const { window, seen } = found;
      const machines = new Set(window.segments().map(({ sensor }) => sensor)).size;
      if (machines < LEAST_MACHINES) {
        this.#lookAt = Math.ceil(MORE_SEGMENTS * segments);
        return;
      }
      const segment = segmentOptionsOfTopic(topic, window.kind!, expected);
      const task: MachineTask = {
        ...{ entity: '', announcements: models.announcements, parent: null, segment, turns },
        collect: path =>
          collectMachineSet(
            broker,
            { topic, window, segment, maxSegments, blockSegments, judge: false, reservoir: [], seen },
            path,
            signal,
          ),
      };
      const announcement = await trainMachine(task, options, context, signal, ({ step, steps, etaSecs }) => {
        this.#detail = `learns the shared model: step ${step} of ${steps}, ${Math.ceil(etaSecs)} s left`;
      });
      models.announced(announcement);
      metrics.modelsPublished.inc({ stage });
      log.info({ version: announcement.version, machines }, announcement.reason);
      this.#problem = null;
    } catch (error) {
      if (classify(error) === 'terminal') this.#lookAt = Math.ceil(MORE_SEGMENTS * segments);
      throw error;
    } finally {
      this.#detail = null;
    }
  }

  /** How many segments the topic has ever had; null while no shared model is due. */
  async #segmentsIfDue(): Promise<number | null> {
    const { options, context, models } = this.#share;
    if (options.sharedAfterSegments === null || models.of('').length > 0) return null;
    const offsets = await context.broker.admin.offsets(options.input);
    const held = offsets.reduce((sum, { earliest, latest }) => sum + latest - earliest, 0);
    const ever = offsets.reduce((sum, { latest }) => sum + latest, 0);
    return held >= options.sharedAfterSegments && ever >= this.#lookAt ? ever : null;
  }
}
