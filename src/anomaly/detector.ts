/** One detector of a machine: the mean of n, whether it is abnormal, and the alarm that comes of it. */
import type { AlarmRecord, CloseReason } from './alarm.js';
import { EvidenceCollector, type EvidenceTotals } from './alarm-evidence.js';
import type { DetectorOptions } from './detector-options.js';
import type { MachineSegment } from './machine-segment.js';
import { RollingMean } from './rolling-mean.js';

const US = 1_000_000;

/** Where a detector can go on from, in place of all that came before. */
export interface DetectorResumePoint {
  readonly name: string;
  /** Segments that start before it only fill the mean, µs. */
  readonly sinceUs: number;
  /** Start of the first segment that fills the mean, µs. */
  readonly replayFromUs: number;
  /** The alarm that was open there, else `null`. */
  readonly alarm: OpenAlarm | null;
}

/** What is known of an open alarm beside the last n segments: numbers only, exact in JSON. */
export interface OpenAlarm {
  readonly openedUs: number;
  readonly totals: EvidenceTotals;
  /** Start of the segment at which its mean fell below the release level; `null`: it has not. */
  readonly fellUs: number | null;
  /** End of the last segment that had a mean. */
  readonly lastMeanUs: number;
  /** What has kept it from having a mean since. */
  readonly interruptedBy: 'off' | 'gap' | null;
}

/** What a detector reads of the model in force. */
export interface Scale {
  readonly alpha: number;
  readonly normalBands: Float64Array | null;
  readonly worstBands: number;
}

export class Detector {
  readonly options: DetectorOptions;
  #scale: Scale;
  readonly #window: RollingMean;
  #point: DetectorResumePoint;
  /** Evidence of the open alarm, or of the run of means above the raise level that may become one. */
  #collector: EvidenceCollector | null = null;
  /** `null`: no alarm is open. */
  #openedUs: number | null = null;
  /** These three as {@link OpenAlarm} has them. */
  #fellUs: number | null = null;
  #lastMeanUs = Number.NEGATIVE_INFINITY;
  #interruptedBy: 'off' | 'gap' | null = null;
  #lastStartUs = Number.NEGATIVE_INFINITY;

  constructor(options: DetectorOptions, scale: Scale, resume: DetectorResumePoint | null) {
    this.options = options;
    this.#scale = scale;
    this.#window = new RollingMean(options.n);
    this.#point = resume ?? {
      name: options.name,
      sinceUs: Number.MIN_SAFE_INTEGER,
      replayFromUs: Number.MIN_SAFE_INTEGER,
      alarm: null,
    };
    if (this.#point.alarm === null) return;
    const { openedUs, totals, fellUs, lastMeanUs, interruptedBy } = this.#point.alarm;
    this.#openedUs = openedUs;
    this.#collector = this.#newCollector(totals);
    this.#fellUs = fellUs;
    this.#lastMeanUs = lastMeanUs;
    this.#interruptedBy = interruptedBy;
  }

  get isOpen(): boolean {
    return this.#openedUs !== null;
  }

  get resumePoint(): DetectorResumePoint {
    return this.#point;
  }

  get alpha(): number {
    return this.#scale.alpha;
  }

  /** Closes an alarm whose mean has been missing for too long at `nowUs`; to be called before each segment. */
  advance(nowUs: number, out: AlarmRecord[]): void {
    // In a replay, what was before the point is known to have changed nothing.
    if (nowUs < this.#point.sinceUs) return;
    const deadlineUs = this.#lastMeanUs + Math.round(this.options.staleSecs * US);
    if (this.isOpen && nowUs >= deadlineUs) this.#close(deadlineUs, this.#interruptedBy ?? 'gap', out);
  }

  /** Closes the alarm: nothing more comes. */
  end(out: AlarmRecord[]): void {
    this.#window.empty();
    if (this.isOpen) this.#close(this.#collector!.totals.lastUs, 'end', out);
    else this.#startOver();
  }

  /** Empties the mean. An open alarm stays open, a run of means above α is over. */
  interrupt(cause: 'off' | 'gap'): void {
    this.#window.empty();
    this.#interruptedBy ??= cause;
    if (this.isOpen) this.#setPoint();
    else this.#startOver();
  }

  /** The machine is silent: nothing is heard of it in this segment. */
  standStill(segment: MachineSegment): void {
    this.#lastStartUs = segment.startUs;
    this.interrupt('off');
  }

  /** Other thresholds from the next segment on. Residuals of two models have no common mean, so it is emptied. */
  rescale(scale: Scale): void {
    this.interrupt('gap');
    this.#scale = scale;
  }

  /** Takes a segment. @returns the mean of n, `null` until there are n */
  add(segment: MachineSegment, out: AlarmRecord[]): number | null {
    const { startUs, endUs } = segment;
    const mean = this.#window.push(segment.residual, startUs);
    this.#lastStartUs = startUs;
    if (mean !== null) {
      this.#lastMeanUs = endUs;
      this.#interruptedBy = null;
    }
    if (startUs < this.#point.sinceUs) return mean;
    if (this.isOpen) {
      if (mean !== null) this.#follow(segment, mean, out);
      if (this.isOpen) this.#setPoint();
    } else if (mean !== null && mean > this.#scale.alpha * this.options.raiseRatio) {
      this.#rise(segment, mean, out);
    } else {
      this.#startOver();
    }
    return mean;
  }

  /** A mean above the raise level, without an alarm. */
  #rise(segment: MachineSegment, mean: number, out: AlarmRecord[]): void {
    const { startUs, endUs } = segment;
    if (this.#collector === null) {
      this.#collector = this.#newCollector(startUs);
      // From here on the log is needed, until it is known whether this becomes an alarm.
      this.#setPoint(startUs);
    }
    const { holdSegments, holdSecs } = this.options;
    this.#collect(segment, mean);
    const { firstUs, segments } = this.#collector.totals;
    if (segments < holdSegments || endUs - firstUs < holdSecs * US) return;
    this.#openedUs = endUs;
    this.#fellUs = null;
    out.push(this.#record('opened', endUs, null));
    this.#setPoint();
  }

  /** A mean while an alarm is open. */
  #follow(segment: MachineSegment, mean: number, out: AlarmRecord[]): void {
    const { releaseRatio, releaseSecs } = this.options;
    if (mean < this.#scale.alpha * releaseRatio) {
      this.#fellUs ??= segment.startUs;
      if (segment.endUs - this.#fellUs >= releaseSecs * US) this.#close(segment.endUs, 'released', out);
      return;
    }
    this.#fellUs = null;
    this.#collect(segment, mean);
  }

  #collect({ startUs, endUs, residual, bandResiduals }: MachineSegment, mean: number): void {
    this.#collector!.add(startUs, endUs, residual, mean, bandResiduals);
  }

  #close(atUs: number, closedBy: CloseReason, out: AlarmRecord[]): void {
    out.push(this.#record('closed', atUs, closedBy));
    this.#openedUs = null;
    this.#startOver();
  }

  /** No alarm and no run: what comes next depends on the segments in the mean only. */
  #startOver(): void {
    this.#collector = null;
    this.#fellUs = null;
    this.#setPoint();
  }

  /** All before `sinceUs` is known by the point and the window; in a replay it is known already. */
  #setPoint(sinceUs = this.#lastStartUs + 1): void {
    if (sinceUs < this.#point.sinceUs) return;
    const { name } = this.options;
    this.#point = {
      name,
      sinceUs,
      replayFromUs: this.#window.oldestUs ?? sinceUs,
      alarm: this.#openedUs === null ? null : this.#openAlarm(this.#openedUs),
    };
  }

  #openAlarm(openedUs: number): OpenAlarm {
    return {
      openedUs,
      totals: { ...this.#collector!.totals },
      fellUs: this.#fellUs,
      lastMeanUs: this.#lastMeanUs,
      interruptedBy: this.#interruptedBy,
    };
  }

  #newCollector(start: number | EvidenceTotals): EvidenceCollector {
    return new EvidenceCollector(start, this.#scale.normalBands?.length ?? 0);
  }

  #record(kind: AlarmRecord['kind'], atUs: number, closedBy: CloseReason | null): AlarmRecord {
    const { name, n } = this.options;
    const { alpha, normalBands, worstBands } = this.#scale;
    return {
      kind,
      detector: name,
      n,
      alpha,
      openedUs: this.#openedUs!,
      atUs,
      closedBy,
      evidence: this.#collector!.evidence(),
      worstBands: kind === 'opened' ? this.#collector!.worstBands(normalBands, worstBands) : [],
    };
  }
}
