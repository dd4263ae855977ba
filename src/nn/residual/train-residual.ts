import { isDeepStrictEqual } from 'node:util';
import { PlantsenseError } from '../../errors.js';
import { checkRows } from '../conv-sdae/check-rows.js';
import { copyWeights } from '../conv-sdae/copy-weights.js';
import { Adam } from '../training/adam.js';
import { splitRows } from '../training/held-out-rows.js';
import type { TrainingSummary } from '../training/progress.js';
import type { RowSource } from '../training/row-source.js';
import { train } from '../training/train.js';
import { checkWhole, type TrainingOptions, trainingSettings } from '../training/training-options.js';
import { checkArchitecture, RESIDUAL_WIDTHS, type ResidualArchitecture, widthOf } from './architecture.js';
import { buildNetwork, drawWeights } from './build-network.js';
import { computingVersions } from './origin.js';
import { ResidualAutoEncoder } from './residual-auto-encoder.js';
import { hashWeights } from './residual-files.js';
import { ResidualObjective } from './residual-objective.js';

export interface ResidualOptions extends Omit<TrainingOptions, 'epochs'> {
  /** Default: `RESIDUAL_WIDTHS.small`. */
  readonly architecture?: ResidualArchitecture;
  /** Steps at most, rounded up to whole epochs. Default 2,000; the paper made 50,000. */
  readonly steps?: number;
  /** Goes on from this model's weights and moving averages, as for a machine that ages. It stays as it is. */
  readonly from?: ResidualAutoEncoder | null;
}

export interface TrainedResidual {
  readonly model: ResidualAutoEncoder;
  readonly training: TrainingSummary;
}

/** The paper's, but for the steps. */
const DEFAULTS = { batchSize: 32, learningRate: 8e-4, clipNorm: null };
const DEFAULT_STEPS = 2000;

/**
 * Trains a residual auto-encoder on a machine's normal sound, by Adam.
 *
 * @param source segments of the architecture's shape, each with mean 0 and variance 1
 * @throws PlantsenseError as {@link train}; PARAMETER_INVALID, TRAINING_DATA_INSUFFICIENT, MATRIX_INVALID
 */
export async function trainResidual(
  source: RowSource,
  options: ResidualOptions = {},
): Promise<TrainedResidual> {
  const { from = null, steps = DEFAULT_STEPS, ...rest } = options;
  const { architecture = from?.architecture ?? RESIDUAL_WIDTHS.small } = options;
  checkWhole('steps', steps);
  checkArchitecture(architecture);
  if (from && !isDeepStrictEqual(architecture, from.architecture))
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `A training goes on with the architecture that it has, not with ${widthOf(architecture) ?? 'another'}.`,
    );
  checkRows(source, architecture.shape);
  if (options.heldOut) checkRows(options.heldOut, architecture.shape);
  const settings = trainingSettings(rest, { ...DEFAULTS, epochs: 1 });
  const { batchSize, learningRate, schedule, earlyStopping, clipNorm, seed } = settings;
  const rows = splitRows(source, settings);
  const segments = rows.training.rows;
  const epochs = Math.ceil(steps / Math.ceil(segments / Math.min(batchSize, segments)));
  const startedFrom = from && (await hashWeights(from.network));
  const network = buildNetwork(architecture);
  try {
    if (from) copyWeights(from.network, network);
    else drawWeights(network, architecture, seed);
    const objective = new ResidualObjective(network, architecture, startedFrom, steps);
    const makeOptimizer = () => new Adam(objective.trained);
    const training = await train(objective, rows, makeOptimizer, { ...settings, epochs });
    const origin = {
      ...{ steps: training.steps, askedSteps: steps, batchSize, seed },
      ...{
        learningRate,
        schedule: { ...schedule },
        earlyStopping: earlyStopping && { ...earlyStopping },
        clipNorm,
      },
      ...{ segments, heldOutSegments: rows.heldOut?.rows ?? 0 },
      ...{ startedFrom, versions: computingVersions() },
    };
    return { model: new ResidualAutoEncoder(network, architecture, origin), training };
  } catch (error) {
    network.dispose();
    throw error;
  }
}
