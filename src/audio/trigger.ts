/**
 * The trigger: a level against a threshold with hysteresis, one decision a tick.
 *
 * It opens at the first tick whose level reaches the threshold. It closes when the level has stayed below the release
 * level for `releaseTicks`; the sound is said to have ended when it fell below. After that it stays shut for
 * `holdOffTicks`.
 */

export interface TriggerLevels {
  /** Mean squares, full scale = 1. */
  readonly openPower: number;
  readonly releasePower: number;
  readonly releaseTicks: number;
  readonly holdOffTicks: number;
}

export class Trigger {
  private readonly levels: TriggerLevels;
  /** Ticks seen so far: the index of the next one. */
  private tick = 0;
  private state: 'idle' | 'open' | 'held_off' = 'idle';
  private openedAt = 0;
  /** Where the level fell below the release level; −1 while it has not. */
  private fellAt = -1;
  private heldUntil = 0;

  constructor(levels: TriggerLevels) {
    this.levels = levels;
  }

  /** Takes the level of the next tick. `closed` comes `releaseTicks` after the sound has ended. */
  step(power: number): 'opened' | 'closed' | null {
    const tick = this.tick++;
    if (this.state === 'held_off' && tick >= this.heldUntil) this.state = 'idle';
    if (this.state === 'idle') {
      if (!(power >= this.levels.openPower)) return null;
      this.open(tick);
      return 'opened';
    }
    if (this.state === 'held_off') return null;
    if (power >= this.levels.releasePower) {
      this.fellAt = -1;
      return null;
    }
    if (this.fellAt < 0) this.fellAt = tick;
    if (tick + 1 - this.fellAt < this.levels.releaseTicks) return null;
    this.heldUntil = tick + 1 + this.levels.holdOffTicks;
    this.state = this.levels.holdOffTicks > 0 ? 'held_off' : 'idle';
    return 'closed';
  }

  /**
   * Starts over at the next tick: open if it is open now and the sound has not ended, else idle.
   * @returns whether it is open
   */
  restart(): boolean {
    const open = this.isLoud;
    this.state = 'idle';
    if (open) this.open(this.tick);
    return open;
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  /** Open, and the level has not fallen below the release level. */
  get isLoud(): boolean {
    return this.state === 'open' && this.fellAt < 0;
  }

  /** Neither open nor held off: what it does next depends on the sound to come only. */
  get isIdle(): boolean {
    return this.state === 'idle' || (this.state === 'held_off' && this.tick >= this.heldUntil);
  }

  /** Tick at which it opened. */
  get onset(): number {
    return this.openedAt;
  }

  /** Tick at which the sound ended, at least one after the onset, or the next tick where it has not. */
  get offset(): number {
    return this.fellAt < 0 ? this.tick : Math.max(this.fellAt, this.openedAt + 1);
  }

  private open(tick: number): void {
    this.state = 'open';
    this.openedAt = tick;
    this.fellAt = -1;
  }
}
