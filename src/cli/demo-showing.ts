import type { PlantClock } from '../simulation/play-plant.js';
import type { Log } from '../telemetry/log.js';
import type { RunningTopology } from '../topology/running.js';
import type { DemoPicture } from './demo-picture.js';
import type { DemoReport } from './demo-report.js';
import { DemoWatch } from './demo-watch.js';

const TICK_MS = 250;
const TICKS_PER_LOOK = 4;

export interface ShowingOptions {
  readonly running: RunningTopology;
  readonly picture: DemoPicture;
  readonly eventsNeeded: number;
  readonly clock: PlantClock;
  readonly log: Log;
  readonly report: DemoReport;
}

/** Shows a running plant: what comes through its topics at once, how the work goes on each second. */
export class Showing {
  readonly #options: ShowingOptions;
  readonly #watch: DemoWatch;
  readonly #startUs: number;
  readonly #timer: NodeJS.Timeout;
  #ticks = 0;

  constructor(options: ShowingOptions) {
    const { clock, picture, report } = options;
    this.#options = options;
    this.#startUs = clock.nowUs();
    this.#watch = new DemoWatch({
      ...options,
      nowMs: () => clock.nowUs() / 1000,
      onRecord: record => report.record(record, picture),
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** A last look, and the end. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#watch.look();
    await this.#watch.stop();
    this.#show();
  }

  #tick(): void {
    if (this.#ticks++ % TICKS_PER_LOOK === 0) void this.#watch.look();
    this.#show();
  }

  #show(): void {
    const { clock, report, picture } = this.#options;
    const nowUs = clock.nowUs();
    report.tick({ nowUs, elapsedSecs: (nowUs - this.#startUs) / 1e6 }, picture);
  }
}
