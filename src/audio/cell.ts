/**
 * A cell of the grid: one set of filters, started afresh a little before the cell begins, and what they give: seconds of
 * levels and ticks for the trigger.
 */
import type { EventTicks, EventTracker } from './event-tracker.js';
import { LevelSum, powerToDb } from './level.js';
import { LevelMeter, type MeterOptions } from './level-meter.js';
import type { EventContext } from './noise-event.js';
import type { SampleClock } from './sample-clock.js';
import type { LevelRow } from './sensor-records.js';
import { TICK, TICK_FIELDS, TICK_US, TICKS_PER_SECOND } from './tick.js';

const SECOND_US = 1_000_000;

/** Who takes what an active cell makes. */
export interface CellSink {
  row(row: LevelRow): void;
  /** The trigger of `cell` closed an event; its ticks are kept until this returns. */
  event(event: EventTicks, cell: Cell): void;
}

export class Cell {
  /** `null` when there is no trigger. A cell may hand its tracker on to the next. */
  tracker: EventTracker | null;
  clock!: SampleClock;
  /** Begin of the cell, µs; a multiple of the grid. */
  startUs = 0;
  /** First sample that the filters have seen. */
  firstSample = 0;
  /** All samples so far are exactly zero. */
  allZero = true;
  /** Makes rows and events: its time has come. Before, it warms up. */
  active = false;

  private readonly context: EventContext;
  private readonly meter: LevelMeter;
  private readonly lastSecond: number;
  private readonly sum = new LevelSum();
  private readonly tick = new Float64Array(TICK_FIELDS);
  /** Number of the tick in progress, 0 at the begin of the cell, and its bounds in samples. */
  private tickNumber = 0;
  private tickStart = 0;
  private tickEnd = 0;
  private rowStartUs = 0;
  private rowFirstSample = 0;
  private rowSecond = 0;

  constructor(context: EventContext, meter: MeterOptions, gridSecs: number, tracker: EventTracker | null) {
    this.context = context;
    this.meter = new LevelMeter(context.sampleRateHz, meter);
    this.lastSecond = gridSecs - 1;
    this.tracker = tracker;
  }

  /** Starts the filters at `firstSample`, whose value is `firstValue`. */
  start(clock: SampleClock, startUs: number, firstSample: number, firstValue: number): void {
    this.clock = clock;
    this.startUs = startUs;
    this.firstSample = firstSample;
    this.allZero = true;
    this.active = false;
    this.meter.start(firstValue);
    this.tracker?.start();
    this.tickNumber = Math.floor((clock.timeOf(firstSample) - startUs) / TICK_US);
    while (this.sampleOfTick(this.tickNumber + 1) <= firstSample) this.tickNumber++;
    this.tickStart = firstSample;
    this.tickEnd = this.sampleOfTick(this.tickNumber + 1);
  }

  /** From here on it makes rows and events. Only between two ticks. */
  activate(): void {
    this.active = true;
    // Energies of bands from the warm-up belong to the cell before.
    this.meter.bands?.takeMeanSquares();
    this.beginRow();
  }

  /** First sample of the tick in progress. */
  get tickFirstSample(): number {
    return this.tickStart;
  }

  /** Takes samples `[from, to)` of the stream, of which `samples` starts with number `base`. */
  process(samples: Float32Array, base: number, from: number, to: number, sink: CellSink): void {
    let position = from;
    while (position < to) {
      const stop = Math.min(to, this.tickEnd);
      this.meter.add(samples, position - base, stop - base);
      position = stop;
      if (position === this.tickEnd) this.endTick(position, sink);
    }
  }

  /** Ends the tick and the row in progress at sample `end`, complete or not. */
  finish(end: number, sink: CellSink): void {
    if (this.tickStart < end) this.endTick(end, sink);
    if (this.active && this.sum.sampleCount > 0) this.endRow(end, sink);
  }

  private endTick(end: number, sink: CellSink): void {
    const tick = this.tick;
    this.meter.endTick(tick);
    tick[TICK.firstSample] = this.tickStart;
    tick[TICK.zeroUs] = this.clock.zeroUs;
    if (tick[TICK.peak]! > 0) this.allZero = false;
    this.tickStart = end;
    this.tickNumber++;
    this.tickEnd = this.sampleOfTick(this.tickNumber + 1);
    const event = this.tracker?.add(tick) ?? null;
    if (!this.active) return;
    if (event !== null) sink.event(event, this);
    this.sum.add(tick);
    if (this.secondOfTick(this.tickNumber) !== this.rowSecond) this.endRow(end, sink);
  }

  private endRow(end: number, sink: CellSink): void {
    const { sum, context } = this;
    const calibration = context.calibrationDbSpl;
    // A second that ends early or late, because the clock has drifted, ends where its last sample does.
    const secondEndUs = this.startUs + (this.rowSecond + 1) * SECOND_US;
    const complete = this.tickNumber === (this.rowSecond + 1) * TICKS_PER_SECOND;
    const bands = this.meter.bands?.takeMeanSquares() ?? null;
    const silent = sum.silent;
    sink.row({
      streamId: context.streamId,
      sampleRateHz: context.sampleRateHz,
      startTimeUs: this.rowStartUs,
      endTimeUs: complete ? secondEndUs : this.clock.timeOf(end),
      firstSample: this.rowFirstSample,
      sampleCount: sum.sampleCount,
      calibrated: calibration !== null,
      silent,
      clippedSamples: sum.clippedSamples,
      ...sum.levels(calibration),
      bandsDb: bands && Array.from(bands, power => (silent ? null : powerToDb(power, calibration))),
    });
    this.beginRow();
  }

  private beginRow(): void {
    this.sum.reset();
    this.rowFirstSample = this.tickStart;
    this.rowSecond = this.secondOfTick(this.tickNumber);
    const onSecond = this.tickNumber === this.rowSecond * TICKS_PER_SECOND;
    const atTick = this.tickStart === this.sampleOfTick(this.tickNumber);
    this.rowStartUs =
      onSecond && atTick ? this.startUs + this.rowSecond * SECOND_US : this.clock.timeOf(this.tickStart);
  }

  /** The cell's last second takes in what comes late because the next cell's clock is behind. */
  private secondOfTick(tick: number): number {
    return Math.min(Math.floor(tick / TICKS_PER_SECOND), this.lastSecond);
  }

  private sampleOfTick(tick: number): number {
    return this.clock.firstSampleAt(this.startUs + tick * TICK_US);
  }
}
