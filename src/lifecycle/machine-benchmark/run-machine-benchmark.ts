import { aucDifference, type Interval } from '../../anomaly/bootstrap-auc.js';
import type { Recordings } from '../../anomaly/recording-means.js';
import { type RowSource, selectRows } from '../../nn/training/row-source.js';
import { type FitMachineOptions, type FittedMachine, fitMachine } from '../machine-model/fit-machine.js';
import { windowsOf } from '../machine-model/machine-thresholds.js';
import { PcaResidual } from '../machine-model/pca-residual.js';
import { byRecording } from '../machine-model/residuals-by-recording.js';
import { rowsOf, type SegmentedRecording, type SegmentSet } from '../machine-model/segment-set.js';
import type { SplitRecordings } from '../machine-model/split-recordings.js';
import {
  type BenchmarkResiduals,
  JUDGED_N,
  type JudgedCategory,
  type JudgeOptions,
  judgeResiduals,
} from './judge-residuals.js';

/** What methods are compared on. */
export interface MachineBenchmarkData {
  readonly set: SegmentSet;
  /** All segments of the set. */
  readonly source: RowSource;
  /** The normal recordings. */
  readonly normal: SplitRecordings;
  /** Abnormal recordings that tell thresholds, and are not judged; none but for a sensitivity. */
  readonly abnormal: readonly SegmentedRecording[];
  /** Abnormal recordings by category, to be judged. */
  readonly categories: ReadonlyMap<string, readonly SegmentedRecording[]>;
}

/** What is being done: the baseline, the training, the network's residuals of all recordings, the intervals. */
export type BenchmarkPhase = 'components' | 'network' | 'scores' | 'bootstrap';

export interface MachineBenchmarkOptions {
  readonly fit: Omit<FitMachineOptions, 'parts' | 'abnormal' | 'parent' | 'sequence'>;
  /** Of the baseline. Default 64. */
  readonly components?: number;
  /** Of the bootstrap. Default 1000. */
  readonly resamples?: number;
  /** Told what begins, and awaited. */
  readonly onPhase?: (phase: BenchmarkPhase) => void | Promise<void>;
}

/** A method with all categories. */
export interface JudgedMethod {
  /** `network`, or `pca-64` with its number of components. */
  readonly method: string;
  readonly categories: readonly JudgedCategory[];
}

/** How much larger the network's AUC is than the baseline's, with the bootstrap's interval. */
export interface AucDifference {
  readonly category: string;
  readonly n: number;
  readonly difference: number;
  readonly interval: Interval | null;
}

export interface MachineBenchmark {
  readonly windows: JudgeOptions['windows'];
  /** Of each category and n that both can be judged by. */
  readonly differences: readonly AucDifference[];
  /** The network's first. */
  readonly methods: readonly JudgedMethod[];
  /** To be disposed of after use. */
  readonly fitted: FittedMachine;
}

/**
 * Trains a network on normal recordings, fits the principal components as a baseline to the same, and judges both on
 * recordings that neither has heard.
 *
 * @throws PlantsenseError as `fitMachine`, `PcaResidual.fit` and `judgeResiduals`
 */
export async function runMachineBenchmark(
  data: MachineBenchmarkData,
  { fit, components = 64, resamples = 1000, onPhase }: MachineBenchmarkOptions,
): Promise<MachineBenchmark> {
  const { set, source, normal } = data;
  const seed = fit.seed ?? 1;
  const training = selectRows(source, rowsOf(normal.training));
  await onPhase?.('components');
  const pca = await PcaResidual.fit(training, { components, seed });
  const pcaResiduals = await residualsOf(data, rows => pca.score(rows));
  await onPhase?.('network');
  const fitted = await fitMachine(set, source, { ...fit, seed, parts: normal, abnormal: data.abnormal });
  try {
    await onPhase?.('scores');
    const { model } = fitted;
    const networkResiduals = await residualsOf(data, async rows => (await model.score(rows)).residuals);
    const windows = windowsOf(fit.windows ?? 'auto', networkResiduals.test, Math.max(...JUDGED_N));
    const judge: JudgeOptions = { rule: model.details.rule, windows, seed, resamples };
    await onPhase?.('bootstrap');
    const methods = [
      { method: 'network', categories: judgeResiduals(networkResiduals, judge) },
      { method: `pca-${pca.components}`, categories: judgeResiduals(pcaResiduals, judge) },
    ];
    const differences = differencesOf(networkResiduals, pcaResiduals, methods, judge);
    return { windows, methods, differences, fitted };
  } catch (error) {
    fitted.model.dispose();
    throw error;
  }
}

function differencesOf(
  network: BenchmarkResiduals,
  baseline: BenchmarkResiduals,
  [judged]: readonly JudgedMethod[],
  { windows, seed, resamples }: JudgeOptions,
): AucDifference[] {
  return judged!.categories.flatMap(({ name: category, means }) => {
    const [one, other] = [network, baseline].map(({ test, categories }) => ({
      normal: test,
      abnormal: categories.get(category)!,
    }));
    return means
      .filter(({ auc }) => auc !== null)
      .map(({ n }) => ({ category, n, ...aucDifference(one!, other!, n, { windows, seed, resamples }) }));
  });
}

async function residualsOf(
  { source, normal, abnormal, categories }: MachineBenchmarkData,
  score: (rows: RowSource) => Promise<Float64Array>,
) {
  const of = async (recordings: readonly SegmentedRecording[]): Promise<Recordings> =>
    byRecording(await score(selectRows(source, rowsOf(recordings))), recordings);
  const scored = new Map<string, Recordings>();
  for (const [name, recordings] of categories) scored.set(name, await of(recordings));
  return {
    validation: await of(normal.validation),
    abnormal: await of(abnormal),
    test: await of(normal.test),
    categories: scored,
  };
}
