import type { PlantClock } from '../simulation/play-plant.js';

/** The wall clock, which tests may let run faster from the moment it is made. */
export class DemoClock implements PlantClock {
  readonly #speed: number;
  readonly #madeMs = Date.now();

  constructor(speed = 1) {
    this.#speed = speed;
  }

  /** Of the wall clock and not of a monotonic one, which stands still while a machine sleeps. */
  nowUs(): number {
    return Math.round(1000 * (this.#madeMs + (Date.now() - this.#madeMs) * this.#speed));
  }

  async until(timeUs: number, signal: AbortSignal): Promise<void> {
    // A timer may come a little early, and can't be set further ahead than 24 days.
    for (;;) {
      const waitMs = (timeUs - this.nowUs()) / 1000 / this.#speed;
      if (waitMs <= 0 || signal.aborted) return;
      await pause(Math.min(Math.ceil(waitMs), 60_000), signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
