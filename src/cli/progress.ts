import type { Output } from './output.js';

const WIDTH = 24;
const INTERVAL_MS = 100;
const CLEAR_LINE = '\r\x1b[2K';

/** A bar on standard error, where a person looks; nothing at all when standard error is no terminal. */
export class Progress {
  readonly #output: Output;
  readonly #label: string;
  readonly #nowMs: () => number;
  #shownMs = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor(output: Output, label: string, nowMs: () => number = () => performance.now()) {
    this.#output = output;
    this.#label = label;
    this.#nowMs = nowMs;
  }

  /** Says how far the work is; drawn at most ten times a second. */
  show(done: number, total: number, detail = ''): void {
    const now = this.#nowMs();
    if (!this.#output.isTerminal || now - this.#shownMs < INTERVAL_MS) return;
    this.#shownMs = now;
    this.#isShown = true;
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const filled = Math.round(WIDTH * share);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
    const percent = `${Math.floor(100 * share)}`.padStart(3);
    void this.#output.write(`${CLEAR_LINE}${this.#label} ${bar} ${percent} % ${detail}`.trimEnd());
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#isShown) void this.#output.write(CLEAR_LINE);
    this.#isShown = false;
  }
}
