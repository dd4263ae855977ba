/** Takes progress one line at a time. */
export type Report = (line: string) => void;

const STEP_PERCENT = 10;

/**
 * Says how far a long transfer is, a line for each ten percent.
 */
export class TransferProgress {
  private readonly what: string;
  private readonly totalBytes: number;
  private readonly report: Report;
  private bytes: number;
  private nextPercent: number;

  constructor(what: string, totalBytes: number, doneBytes: number, report: Report) {
    this.what = what;
    this.totalBytes = totalBytes;
    this.bytes = doneBytes;
    this.report = report;
    this.nextPercent = this.stepAhead();
  }

  add(bytes: number): void {
    this.bytes += bytes;
    if (this.percent < this.nextPercent) return;
    this.nextPercent = this.stepAhead();
    const percent = String(Math.floor(this.percent)).padStart(3);
    this.report(`${percent} %  ${megabytes(this.bytes)} of ${megabytes(this.totalBytes)} MB  ${this.what}`);
  }

  private stepAhead(): number {
    return (Math.floor(this.percent / STEP_PERCENT) + 1) * STEP_PERCENT;
  }

  private get percent(): number {
    return this.totalBytes > 0 ? (100 * this.bytes) / this.totalBytes : 100;
  }
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
