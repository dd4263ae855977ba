import { CREEPING_DEFAULTS, type DetectorOptions, SUDDEN_DEFAULTS } from '../../anomaly/detector-options.js';
import { MACHINE_DEFAULTS, type MachineOptions } from '../../anomaly/machine-monitor.js';
import { Segmenter } from '../../audio/segments.js';
import { PlantsenseError } from '../../errors.js';
import { openBackend } from '../../nn/backend/open-backend.js';
import { ResidualAutoEncoder } from '../../nn/residual/residual-auto-encoder.js';
import type { RowSource } from '../../nn/training/row-source.js';
import type { Artefact } from '../artefact.js';
import { type MachineDetails, machineDetailsSchema } from './machine-details.js';

/** What a model's `card.json` calls it. */
export const MACHINE_METHOD = 'machine';
export const MACHINE_KIND = 'residual';

export interface MachineResiduals {
  /** Mean squared error of each segment. */
  readonly residuals: Float64Array;
  /** Of each frequency band, `[segments, bands]`. */
  readonly bandResiduals: Float64Array;
}

/** A machine's normal sound, as a network has learnt it, and what is too far from it. Dispose of it after use. */
export class MachineModel {
  readonly version: string;
  readonly details: MachineDetails;
  readonly network: ResidualAutoEncoder;

  private constructor(version: string, details: MachineDetails, network: ResidualAutoEncoder) {
    this.version = version;
    this.details = details;
    this.network = network;
  }

  /**
   * Opens the tensor backend of this thread.
   * @throws PlantsenseError MODEL_INVALID, TENSOR_BACKEND_UNAVAILABLE
   */
  static async open({ card, files }: Artefact): Promise<MachineModel> {
    if (card.method !== MACHINE_METHOD || card.kind !== MACHINE_KIND)
      throw new PlantsenseError(
        'MODEL_INVALID',
        `Model ${card.version} is a ${card.kind} of ${card.method}, not a machine's.`,
      );
    const details = machineDetailsSchema.safeParse(card.details);
    if (!details.success) {
      const [issue] = details.error.issues;
      throw new PlantsenseError(
        'MODEL_INVALID',
        `The card of model ${card.version}: details.${issue?.path.join('.')}: ${issue?.message}.`,
      );
    }
    const { segment, width, normalBands } = details.data;
    const { bins } = new Segmenter(segment);
    await openBackend();
    const network = await ResidualAutoEncoder.fromFiles(files);
    const { shape } = network.architecture;
    if (shape[0] === bins && shape[1] === segment.width && bins % normalBands.length === 0)
      return new MachineModel(card.version, details.data, network);
    network.dispose();
    throw new PlantsenseError(
      'MODEL_INVALID',
      `Model ${card.version} (${width}) cuts segments of ${bins} x ${segment.width}, its network takes ${shape.join(' x ')}.`,
    );
  }

  /** Cuts segments as this model takes them. */
  segmenter(): Segmenter {
    return new Segmenter(this.details.segment);
  }

  /**
   * @param source segments of its {@link segmenter}
   * @throws PlantsenseError MATRIX_INVALID for segments of another shape
   */
  async score(source: RowSource): Promise<MachineResiduals> {
    const bands = this.details.normalBands.length;
    const { residuals, bandResiduals } = await this.network.score(source, { bands });
    return {
      residuals: Float64Array.from(residuals),
      bandResiduals: Float64Array.from(bandResiduals),
    };
  }

  /**
   * Options of a monitor that judges by this model: for each of its thresholds a detector, `sudden` for single segments and
   * `creeping` for means. It holds for one segment more than is in a mean.
   */
  monitorOptions(offBelowDb: number | null = null): MachineOptions {
    const { thresholds, normalBands } = this.details;
    const detectors = thresholds.map(({ n, alpha }): DetectorOptions => {
      if (n === SUDDEN_DEFAULTS.n) return { ...SUDDEN_DEFAULTS, alpha };
      return { ...CREEPING_DEFAULTS, n, holdSegments: n + 1, alpha };
    });
    return { ...MACHINE_DEFAULTS, detectors, offBelowDb, normalBands: Float64Array.from(normalBands) };
  }

  dispose(): void {
    this.network.dispose();
  }
}
