import type { AnyRecord } from '../records/codec.js';
import type { DemoPicture } from './demo-picture.js';
import type { DemoMoment, DemoReport, DemoStart } from './demo-report.js';
import type { DemoSummary } from './demo-summary.js';
import type { Output } from './output.js';

const PROGRESS_SECS = 1;

/** Tells of a run in NDJSON on standard output, for programs. Every line has a `type`; records have their schema's name. */
export class JsonReport implements DemoReport {
  readonly #stdout: Output;
  #progressSecs = Number.NEGATIVE_INFINITY;

  constructor(stdout: Output) {
    this.#stdout = stdout;
  }

  announce(): void {}

  preparing(line: string): void {
    this.#line('preparing', { line });
  }

  started(start: DemoStart): void {
    this.#line('start', start);
  }

  record({ record, value }: AnyRecord): void {
    this.#line(record, value);
  }

  tick(
    { elapsedSecs }: DemoMoment,
    { flow, learning, machineLearning, imageLearning, model, phase }: DemoPicture,
  ): void {
    if (elapsedSecs < this.#progressSecs + PROGRESS_SECS) return;
    this.#progressSecs = elapsedSecs;
    const { rows, lag, ...rest } = flow;
    this.#line('progress', {
      elapsedSecs,
      phase,
      learning,
      machineLearning,
      imageLearning,
      model: model?.version ?? null,
      ...rest,
      lag: Object.fromEntries(lag),
      rows: Object.fromEntries(rows),
    });
  }

  close(): void {}

  async summary(summary: DemoSummary, dataDir: string): Promise<void> {
    await this.#stdout.jsonLine({ type: 'summary', dataDir, ...summary });
  }

  #line(type: string, value: object): void {
    void this.#stdout.jsonLine({ type, ...value });
  }
}
