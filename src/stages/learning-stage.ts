import { toPlantsenseError } from '../errors.js';
import { ModelWatch } from './model-watch.js';
import type { RunningStage, StageContext } from './stage.js';

/** What a stage that learns adds to what all of them have. */
export interface LearningParts {
  readonly detail: () => string | null;
  readonly isBusy: () => Promise<boolean>;
  readonly stop: () => Promise<void>;
}

/** A stage that looks at its input, announces models, and consumes nothing. */
export interface LearningStage {
  /** What is announced of the method. */
  readonly watch: ModelWatch;
  /** Ends the stage with an error. */
  readonly fail: (error: Error) => void;
  /** The stage as it runs. */
  run(parts: LearningParts): RunningStage;
}

/** Begins a stage that learns models of a method: follows the topic that announces them. */
export async function beginLearning(
  method: string,
  topics: { readonly input: string; readonly models: string },
  { broker, backoff }: StageContext,
): Promise<LearningStage> {
  let fail: (error: Error) => void = () => {};
  let finish: () => void = () => {};
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  done.catch(() => {});
  const watch = new ModelWatch(method, fail);
  await watch.start(broker, topics.models, backoff);
  return {
    watch,
    fail,
    run: ({ detail, isBusy, stop }) => ({
      inputs: [topics.input],
      consumes: false,
      lanes: [],
      waiting: false,
      get detail() {
        return detail();
      },
      done,
      isBusy: async () => !watch.isCaughtUp || (await isBusy()),
      stop: async () => {
        await stop();
        watch.stop();
        finish();
      },
    }),
  };
}

const CHECK_INTERVAL_MS = 1000;

/** Work that one member of a group does: the owner of the first partition of its input. */
export interface LeaderWork {
  /** Looks what is due, and does it if `isLeader`. */
  readonly check: (isLeader: boolean, signal: AbortSignal) => Promise<void>;
  /** Told what is said of an error that does not end the stage: `No model yet: ...`. */
  readonly failed: (error: Error) => void;
  /** Begins the warning of such an error. */
  readonly couldNot: string;
}

/**
 * Looks again and again what is due. An error ends the stage only when it is fatal: more data may help a fit, a broker that is
 * away comes back. The same one in succession is logged once.
 * @returns ends it
 */
export async function leadLearning(
  { check, failed, couldNot }: LeaderWork,
  { watch, fail }: LearningStage,
  input: string,
  { broker, group, backoff, log, name: stage, metrics }: StageContext,
): Promise<() => Promise<void>> {
  const stop = new AbortController();
  let isLeader = false;
  const member = await broker.join(
    { ...group, topics: [input] },
    {
      assigned: partitions => {
        isLeader ||= partitions.some(({ partition }) => partition === 0);
      },
      revoked: async partitions => {
        if (partitions.some(({ partition }) => partition === 0)) isLeader = false;
      },
      lost: () => {
        isLeader = false;
      },
      failed: error => fail(error),
    },
  );
  const loop = async () => {
    let told: string | null = null;
    while (!stop.signal.aborted) {
      if (watch.isCaughtUp)
        await check(isLeader, stop.signal).catch(thrown => {
          const error = toPlantsenseError(thrown);
          if (error.class === 'fatal') throw error;
          metrics.errors.inc({ error_type: error.code, stage });
          failed(error);
          if (error.message !== told)
            log.warn({ code: error.code }, `${couldNot}: ${error.message} ${error.action}`);
          told = error.message;
        });
      await backoff.wait(CHECK_INTERVAL_MS, stop.signal);
    }
  };
  const looping = loop().catch(error => {
    if (!stop.signal.aborted) fail(error);
  });
  return async () => {
    stop.abort();
    await looping;
    await member.close();
  };
}
