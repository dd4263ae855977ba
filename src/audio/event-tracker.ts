/** Follows the trigger over ticks and knows which of them an event is made of. */
import { dbToPower } from './level.js';
import { samplesToUs } from './sample-clock.js';
import type { CheckedTrigger } from './sensor-options.js';
import { secsToTicks } from './sensor-options.js';
import { TICK, type TickRecord } from './tick.js';
import { TickHistory } from './tick-history.js';
import { Trigger } from './trigger.js';

/** An event in numbers of ticks; the ticks are in `EventTracker.ticks`. */
export interface EventTicks {
  /** The clip. */
  readonly begin: number;
  readonly end: number;
  /** The sound proper. */
  readonly onset: number;
  readonly offset: number;
  readonly continued: boolean;
}

export class EventTracker {
  readonly ticks = new TickHistory();
  private trigger: Trigger;
  private readonly makeTrigger: () => Trigger;
  private readonly preRollTicks: number;
  private readonly postRollTicks: number;
  /** First tick of the open event's clip. */
  private begin = 0;
  private continued = false;

  constructor(options: CheckedTrigger, calibrationDbSpl: number | null) {
    this.preRollTicks = secsToTicks(options.preRollSecs);
    this.postRollTicks = secsToTicks(options.postRollSecs);
    const levels = {
      openPower: dbToPower(options.thresholdDb, calibrationDbSpl),
      releasePower: dbToPower(options.thresholdDb - options.hysteresisDb, calibrationDbSpl),
      releaseTicks: Math.max(1, secsToTicks(options.releaseSecs), this.postRollTicks),
      holdOffTicks: secsToTicks(options.holdOffSecs),
    };
    this.makeTrigger = () => new Trigger(levels);
    this.trigger = this.makeTrigger();
  }

  /** Forgets everything. */
  start(): void {
    this.ticks.clear();
    this.trigger = this.makeTrigger();
  }

  /** Takes the next tick; returns an event that it ends. Its ticks are kept until the next call. */
  add(tick: TickRecord): EventTicks | null {
    if (!this.trigger.isOpen) this.ticks.dropBefore(this.ticks.end - this.preRollTicks);
    const number = this.ticks.end;
    this.ticks.push(tick);
    const change = this.trigger.step(tick[TICK.trigger]!);
    if (change === 'opened') {
      this.begin = Math.max(this.ticks.begin, number - this.preRollTicks);
      this.continued = false;
    }
    return change === 'closed' ? this.event() : null;
  }

  /** Ends an open event here; `null` when none is open. Only `start` or `restart` may follow. */
  close(): EventTicks | null {
    return this.trigger.isOpen ? this.event() : null;
  }

  /**
   * Starts over at the next tick: with an event that begins there if the sound is loud now, idle otherwise.
   * @returns whether an event is open
   */
  restart(): boolean {
    const open = this.trigger.restart();
    this.begin = this.ticks.end;
    this.continued = open;
    return open;
  }

  get isOpen(): boolean {
    return this.trigger.isOpen;
  }

  get isLoud(): boolean {
    return this.trigger.isLoud;
  }

  get isIdle(): boolean {
    return this.trigger.isIdle;
  }

  /** Start of the open event's clip, µs; `null` when none is open or it has no sound yet. */
  clipStartUs(sampleRateHz: number): number | null {
    if (!this.isOpen || this.begin === this.ticks.end) return null;
    const tick = this.ticks.at(this.begin);
    return tick[TICK.zeroUs]! + samplesToUs(tick[TICK.firstSample]!, sampleRateHz);
  }

  /**
   * The oldest sample that the open event, or one that may follow at once, has in its clip; `null`: only those of the next
   * ticks. (An event that was continued has no pre-roll; the one after it may reach further back.)
   */
  get oldestSample(): number | null {
    const preRoll = Math.max(this.ticks.begin, this.ticks.end - this.preRollTicks);
    const number = this.trigger.isOpen ? Math.min(this.begin, preRoll) : preRoll;
    return number < this.ticks.end ? this.ticks.at(number)[TICK.firstSample]! : null;
  }

  private event(): EventTicks {
    const { onset, offset } = this.trigger;
    const end = Math.min(offset + this.postRollTicks, this.ticks.end);
    return { begin: this.begin, end, onset, offset, continued: this.continued };
  }
}
