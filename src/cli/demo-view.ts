import type { DemoPicture } from './demo-picture.js';
import type { DemoMoment, DemoReport, DemoStart } from './demo-report.js';
import type { DemoSummary } from './demo-summary.js';
import { liveView } from './live-view.js';
import { LiveScreen, type ProcessEvents, type Terminal } from './live-view-screen.js';

export interface ViewOptions {
  readonly terminal: Terminal;
  readonly process: ProcessEvents;
  /** What is told before and after the view. */
  readonly around: DemoReport;
  readonly utcOffsetMinutes: number;
}

/** Shows a run as a picture that moves, on a terminal; what comes before and after it as lines. */
export class ViewReport implements DemoReport {
  readonly #options: ViewOptions;
  readonly #screen: LiveScreen;
  #last: { readonly start: DemoStart; readonly moment: DemoMoment; readonly picture: DemoPicture } | null =
    null;

  constructor(options: ViewOptions) {
    this.#options = options;
    this.#screen = new LiveScreen(options.terminal, options.process, () => this.#draw());
  }

  announce(plan: Parameters<DemoReport['announce']>[0]): void {
    this.#options.around.announce(plan);
  }

  preparing(line: string): void {
    this.#options.around.preparing(line);
  }

  started(start: DemoStart, picture: DemoPicture): void {
    this.#options.around.started(start, picture);
    this.#last = { start, picture, moment: { nowUs: 0, elapsedSecs: 0 } };
    this.#screen.open();
  }

  record(): void {}

  tick(moment: DemoMoment, picture: DemoPicture): void {
    if (this.#last) this.#last = { ...this.#last, moment, picture };
    this.#draw();
  }

  close(): void {
    this.#screen.close();
  }

  summary(summary: DemoSummary, dataDir: string): Promise<void> {
    return this.#options.around.summary(summary, dataDir);
  }

  #draw(): void {
    if (!this.#last) return;
    const { start, moment, picture } = this.#last;
    const { columns, rows } = this.#screen;
    const { utcOffsetMinutes } = this.#options;
    const context = { ...start, ...moment, totalSecs: start.forSecs, columns, rows, utcOffsetMinutes };
    this.#screen.draw(liveView(picture, context));
  }
}
