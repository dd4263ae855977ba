import type { Observable } from 'rxjs';
import type { Lane } from '../stream/lane.js';
import { consumeInputs } from './consume-inputs.js';
import { ModelWatch } from './model-watch.js';
import type { RunningStage, StageContext } from './stage.js';

/** A topic of models that is followed. */
export interface WatchedModels {
  readonly watch: ModelWatch;
  /** Rejects with what ends the watch before it is stopped. */
  readonly failed: Promise<never>;
}

/** Follows the models of a method. */
export async function watchModels(
  method: string,
  topic: string,
  { broker, backoff }: StageContext,
): Promise<WatchedModels> {
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  const watch = new ModelWatch(method, fail);
  await watch.start(broker, topic, backoff);
  return { watch, failed };
}

/**
 * Runs a stage that scores its input by models that it follows.
 * @param end what it has beside its consumer group and its watch
 */
export async function runScoringStage(
  input: string,
  { watch, failed }: WatchedModels,
  pipeline: (lane: Lane) => Observable<unknown>,
  end: () => Promise<void>,
  context: StageContext,
): Promise<RunningStage> {
  const endAll = async () => {
    watch.stop();
    await end();
  };
  const consumption = await consumeInputs(context, [input], pipeline).catch(async error => {
    await endAll();
    throw error;
  });
  const done = Promise.race([consumption.done, failed]);
  done.catch(() => {});
  return {
    inputs: [input],
    consumes: true,
    isBusy: () => watch.isBehind(),
    get waiting() {
      return watch.isAwaited;
    },
    get detail() {
      return watch.isAwaited ? 'waits for a first model' : null;
    },
    get lanes() {
      return consumption.lanes;
    },
    done,
    stop: async () => {
      await consumption.stop();
      await endAll();
    },
  };
}
