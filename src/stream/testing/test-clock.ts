import { VirtualTimeScheduler } from 'rxjs';

/** A scheduler whose time a test lets pass. */
export class TestClock extends VirtualTimeScheduler {
  pass(ms: number): void {
    const now = this.frame + ms;
    this.maxFrames = now;
    this.flush();
    // Time passes also while nothing happens.
    this.frame = now;
  }
}
