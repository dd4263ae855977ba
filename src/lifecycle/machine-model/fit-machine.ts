import { isDeepStrictEqual } from 'node:util';
import { checkInteger } from '../../anomaly/checks.js';
import { CREEPING_DEFAULTS, SUDDEN_DEFAULTS } from '../../anomaly/detector-options.js';
import type { Recordings } from '../../anomaly/recording-means.js';
import { THRESHOLD_RULE_DEFAULT, type ThresholdRule } from '../../anomaly/threshold.js';
import { normalBandResiduals } from '../../anomaly/worst-bands.js';
import { SEGMENT_DEFAULTS, SEGMENT_SAMPLE_RATE_HZ, type SegmentOptions } from '../../audio/segments.js';
import { PlantsenseError } from '../../errors.js';
import { openBackend, type TensorBackend } from '../../nn/backend/open-backend.js';
import {
  RESIDUAL_WIDTHS,
  type ResidualArchitecture,
  type ResidualWidth,
  widthOf,
} from '../../nn/residual/architecture.js';
import { trainResidual } from '../../nn/residual/train-residual.js';
import type { CheckpointPort } from '../../nn/training/checkpoint.js';
import type { TrainingProgress, TrainingSummary } from '../../nn/training/progress.js';
import { type RowSource, selectRows } from '../../nn/training/row-source.js';
import { type Artefact, sealArtefact } from '../artefact.js';
import type { ModelCard } from '../model-card.js';
import type { MachineDetails } from './machine-details.js';
import { MACHINE_KIND, MACHINE_METHOD, MachineModel } from './machine-model.js';
import { machineThresholds, type WindowChoice, windowsOf } from './machine-thresholds.js';
import { byRecording } from './residuals-by-recording.js';
import { segmentDuration } from './segment-duration.js';
import { rowsOf, type SegmentedRecording, type SegmentSet } from './segment-set.js';
import { type SplitRecordings, splitRecordings } from './split-recordings.js';

export interface FitMachineOptions {
  /** Default `small`, or the parent's. */
  readonly width?: ResidualWidth;
  /** In place of a width. */
  readonly architecture?: ResidualArchitecture;
  /** How the segments of the set were cut. Default `SEGMENT_DEFAULTS`. */
  readonly segment?: SegmentOptions;
  /** Default 2,000. The paper made 50,000. */
  readonly steps?: number;
  /** Default 32. */
  readonly batchSize?: number;
  /** Adam's. Default 0.0008. */
  readonly learningRate?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Share of the segments that tells thresholds, whole recordings. Default 0.2. */
  readonly validationShare?: number;
  /** In place of a share. What the set has beside them is not used. */
  readonly parts?: Pick<SplitRecordings, 'training' | 'validation'>;
  /** When the segments were heard, and how far a topic had been read. Default: recordings, which have no event time. */
  readonly data?: Omit<ModelCard['data'], 'rows'>;
  /**
   * Recordings of something abnormal, whose segments are in the source too and not among the set's recordings. They tell
   * the sensitivity of thresholds. Default: none.
   */
  readonly abnormal?: readonly SegmentedRecording[];
  /** Default: the 0.99 quantile. A sensitivity takes abnormal recordings. */
  readonly rule?: ThresholdRule;
  /** Segments in a mean of the detector of ageing, 2 or more. Default 20; fewer where there is little sound to learn from. */
  readonly creepingSegments?: number;
  /** Default `auto`. */
  readonly windows?: WindowChoice;
  /** Frequency bands that residuals are told by; must divide the bins. Default 32. */
  readonly bands?: number;
  /** Rises with each model of a machine. Default 1, or the one after the parent's. */
  readonly sequence?: number;
  /** The model that the training goes on from, as for a machine that ages. */
  readonly parent?: { readonly artefact: Artefact; readonly model: MachineModel } | null;
  /** Where the training keeps its checkpoint. Default: nowhere. */
  readonly checkpoint?: CheckpointPort | null;
  /** Called after each step and awaited. */
  readonly onProgress?: (progress: TrainingProgress) => void | Promise<void>;
  /** Ends the training, after a checkpoint, by throwing the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface FittedMachine {
  /** What `writeModelDirectory` keeps. */
  readonly artefact: Artefact;
  /** To be disposed of after use. */
  readonly model: MachineModel;
  readonly training: TrainingSummary;
  /** Residuals by recording that tell the thresholds: of validation, and of something abnormal. */
  readonly residuals: { readonly normal: Recordings; readonly abnormal: Recordings };
}

const DEFAULTS = {
  segment: SEGMENT_DEFAULTS,
  steps: 2000,
  batchSize: 32,
  learningRate: 8e-4,
  seed: 1,
  validationShare: 0.2,
  abnormal: [] as readonly SegmentedRecording[],
  data: { fromUs: 0, toUs: 0, seen: [] } as Omit<ModelCard['data'], 'rows'>,
  rule: THRESHOLD_RULE_DEFAULT,
  creepingSegments: CREEPING_DEFAULTS.n,
  windows: 'auto' as WindowChoice,
  bands: 32,
};
/** Steps between checkpoints at most. */
const CHECKPOINT_STEPS = 50;

/**
 * Trains a network on a machine's normal sound, and tells thresholds by recordings that it was not trained with. Opens the
 * tensor backend of this thread. The same set and options give the same artefact on the same machine, byte for byte, also
 * when the training was killed and went on from a checkpoint.
 *
 * @param source the segments of the set
 * @throws PlantsenseError TRAINING_DATA_INSUFFICIENT, MODEL_INVALID when the parent cuts other segments, MODEL_DIVERGED,
 *   PARAMETER_INVALID, RESIDUALS_INVALID, TRAINING_CHECKPOINT_INVALID, TRAINING_UNSUPPORTED, TENSOR_BACKEND_UNAVAILABLE;
 *   the signal's reason when it is aborted
 */
export async function fitMachine(
  set: SegmentSet,
  source: RowSource,
  options: FitMachineOptions = {},
): Promise<FittedMachine> {
  const settings = { ...DEFAULTS, ...options };
  const { segment, steps, batchSize, learningRate, seed, validationShare, parent = null, signal } = settings;
  const { abnormal, rule } = settings;
  const { parts = splitRecordings(set.recordings, { validation: validationShare, test: 0 }, seed) } = options;
  checkInteger('creepingSegments', settings.creepingSegments, 2);
  checkParent(settings.parent?.model, settings);
  checkAbnormal(abnormal, rule);
  const backend = await openBackend();
  const training = selectRows(source, rowsOf(parts.training));
  const validation = selectRows(source, rowsOf(parts.validation));
  const trained = await trainResidual(training, {
    ...{ steps, batchSize, learningRate, seed, heldOut: validation },
    from: parent?.model.network ?? null,
    architecture: architectureOf(settings),
    checkpoint: settings.checkpoint ?? null,
    checkpointEverySteps: CHECKPOINT_STEPS,
    ...(settings.onProgress && { onProgress: settings.onProgress }),
    ...(signal && { signal }),
  });
  try {
    const scores = await trained.model.score(validation, { bands: settings.bands });
    const normal = byRecording(scores.residuals, parts.validation);
    const abnormalScores = await trained.model.score(selectRows(source, rowsOf(abnormal)), {
      bands: settings.bands,
    });
    const residuals = { normal, abnormal: byRecording(abnormalScores.residuals, abnormal) };
    const windows = windowsOf(settings.windows, normal, settings.creepingSegments);
    const details: MachineDetails = {
      width: widthOf(trained.model.architecture),
      sampleRateHz: SEGMENT_SAMPLE_RATE_HZ,
      segment: { ...segment },
      ...durationOf(segment),
      normalBands: [...normalBandResiduals(Float64Array.from(scores.bandResiduals), settings.bands)],
      ...{ rule, windows },
      thresholds: machineThresholds(
        rule,
        [SUDDEN_DEFAULTS.n, settings.creepingSegments],
        normal,
        residuals.abnormal,
        windows,
      ),
      recordings: { ...recordingsOf(set, parts), abnormal: abnormal.length },
      backend: { kind: backend.kind, device: backend.device, ...versionsOf(backend) },
    };
    const artefact = sealArtefact(
      {
        ...{ method: MACHINE_METHOD, kind: MACHINE_KIND, seed },
        sequence: settings.sequence ?? (parent ? parent.artefact.card.sequence + 1 : 1),
        parent: parent?.model.version ?? null,
        data: { rows: training.rows + validation.rows, ...settings.data },
        parameters: { steps, batchSize, learningRate, validationShare },
        indices: {
          loss: trained.training.loss,
          heldOutLoss: trained.training.heldOutLoss,
          trainingSegments: training.rows,
          validationSegments: validation.rows,
        },
        details,
      },
      new Map(),
      await trained.model.toFiles(),
    );
    const model = await MachineModel.open(artefact);
    return { artefact, model, training: trained.training, residuals };
  } finally {
    trained.model.dispose();
  }
}

function architectureOf({ architecture, width, parent }: FitMachineOptions): ResidualArchitecture {
  if (architecture) return architecture;
  if (width) return RESIDUAL_WIDTHS[width];
  return parent?.model.network.architecture ?? RESIDUAL_WIDTHS.small;
}

/** @throws PlantsenseError MODEL_INVALID when a training can't go on from it */
function checkParent(parent: MachineModel | undefined, options: FitMachineOptions): void {
  if (!parent) return;
  const { segment = SEGMENT_DEFAULTS, width } = options;
  const { version, details } = parent;
  if (width !== undefined && details.width !== width)
    throw new PlantsenseError(
      'MODEL_INVALID',
      `Model ${version} has the width ${details.width ?? 'of its own'}: a training can't go on from it with ${width}.`,
    );
  if (!isDeepStrictEqual({ ...details.segment }, { ...segment }))
    throw new PlantsenseError(
      'MODEL_INVALID',
      `Model ${version} takes other segments: ${details.equation3}; these are ${segmentDuration(segment).equation}.`,
    );
}

/** @throws PlantsenseError TRAINING_DATA_INSUFFICIENT before the training rather than after it */
function checkAbnormal(recordings: readonly SegmentedRecording[], rule: ThresholdRule): void {
  if (recordings.length === 0 && rule.type !== 'sensitivity') return;
  if (rowsOf(recordings).length > 0) return;
  throw new PlantsenseError(
    'TRAINING_DATA_INSUFFICIENT',
    recordings.length === 0
      ? 'A threshold by sensitivity needs recordings of something abnormal, and there are none.'
      : `All ${recordings.length} abnormal recordings are digital silence: nothing is heard in them.`,
  );
}

function durationOf(segment: SegmentOptions) {
  const { equation, secs, stepSecs } = segmentDuration(segment);
  return { equation3: equation, segmentSecs: secs, stepSecs };
}

type Parts = Required<FitMachineOptions>['parts'];

function recordingsOf({ fingerprint }: SegmentSet, { training, validation }: Parts) {
  const sum = (value: (recording: SegmentedRecording) => number) =>
    [...training, ...validation].reduce((total, recording) => total + value(recording), 0);
  return {
    ...{ training: training.length, validation: validation.length, fingerprint },
    hours: sum(({ durationSecs }) => durationSecs) / 3600,
    silentSegments: sum(({ silent }) => silent),
  };
}

function versionsOf({ versions }: TensorBackend) {
  return { tfjs: versions.tfjs, tensorflow: versions.tensorflow };
}
