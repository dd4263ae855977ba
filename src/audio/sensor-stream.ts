/**
 * The timeline of one sensor: chunks in, levels, events and notices out.
 *
 * Two promises hold bit for bit, and `docs/decisions/0003-restart-grid.md` says how:
 * - however a recording is cut into chunks, levels, events and clips are the same;
 * - a new stream that is given the chunks from `holdMark` on gives, after the point of the crash, what the first would have.
 */
import type { CellSink } from './cell.js';
import { Cell } from './cell.js';
import { checkChunk } from './check-chunk.js';
import { noticesOf } from './chunk-notices.js';
import type { ChunkOrder, LastChunk } from './chunk-order.js';
import { orderOf } from './chunk-order.js';
import type { EventTicks } from './event-tracker.js';
import { EventTracker } from './event-tracker.js';
import type { EventContext } from './noise-event.js';
import { makeNoiseEvent } from './noise-event.js';
import { SampleClock } from './sample-clock.js';
import { SampleHistory } from './sample-history.js';
import type { CheckedOptions, SensorOptions } from './sensor-options.js';
import { checkSensorOptions } from './sensor-options.js';
import type { CloseReason, LevelRow, Notice, SensorOutput, SoundChunk } from './sensor-records.js';

const US = 1_000_000;

/** A stretch without a break: from a start or restart to the next. */
interface Run {
  readonly context: EventContext;
  /** Its first sample. */
  readonly firstSample: number;
  active: Cell;
  /** The next cell while it warms up, and the sample where it takes over. */
  warming: Cell | null;
  swapAt: number;
  /** The warm-up began early enough to be repeated from the log. */
  warmingIsFull: boolean;
  /** Mark of the chunk that a replay of the warming cell can start with; `null`: none can. */
  warmingMark: number | null;
  /** A cell that is done, for the next warm-up. */
  spare: Cell | null;
  /** Clock of the newest cell: what drift is measured against, from sample `clockSample` on. */
  clock: SampleClock;
  clockSample: number;
  /** The first full boundary decides afresh: nobody knows what was before. */
  joined: boolean;
  /** The last boundary that depends on nothing before its warm-up, µs. */
  checkpointUs: number;
  /** Zeros were all that came in the last full warm-up; `null`: there was none yet. */
  silent: boolean | null;
}

export class SensorStream implements CellSink {
  private readonly options: CheckedOptions;
  private readonly gridUs: number;
  private readonly warmupUs: number;
  private readonly clockJumpUs: number;
  private readonly history = new SampleHistory();
  private run: Run | null = null;
  private last: LastChunk | null = null;
  /** Mark of the last chunk that had new samples. */
  private lastMark = 0;
  private hold: number | null = null;
  private output: SensorOutput = emptyOutput();

  /** @throws PlantsenseError PARAMETER_INVALID */
  constructor(options: SensorOptions) {
    this.options = checkSensorOptions(options);
    this.gridUs = this.options.gridSecs * US;
    this.warmupUs = Math.round(this.options.warmupSecs * US);
    this.clockJumpUs = Math.round(this.options.clockJumpSecs * US);
  }

  /** The log must be kept and replayed from this mark on to build this state again; `null`: there is none. */
  get holdMark(): number | null {
    return this.hold;
  }

  /** Bytes of sound and ticks that are kept. */
  get retainedBytes(): number {
    if (this.run === null) return 0;
    const ticks = (cell: Cell | null): number => cell?.tracker?.ticks.bytes ?? 0;
    return this.history.bytes + ticks(this.run.active) + ticks(this.run.warming) + ticks(this.run.spare);
  }

  /** Time of the end of the last sample, µs; `null` when nothing is open. */
  get endTimeUs(): number | null {
    return this.last === null ? null : this.last.clock.timeOf(this.last.nextSample);
  }

  /**
   * Takes the next chunk of the log.
   * @param mark where it stands in the log; grows from call to call
   * @throws PlantsenseError PARAMETER_INVALID, AUDIO_NOT_FINITE: nothing has changed, the chunk can be put aside
   */
  push(chunk: SoundChunk, mark: number): SensorOutput {
    checkChunk(chunk);
    const inOrder = chunk.samples.length === 0 || this.accept(chunk, mark);
    if (inOrder && chunk.endOfStream && chunk.streamId === this.last?.streamId) {
      this.reportMissingEnd(chunk);
      this.finish('end_of_stream');
    }
    return this.takeOutput();
  }

  /** Ends what is open, as after the last chunk. The next chunk starts anew, as in a new `SensorStream`. */
  close(reason: CloseReason): SensorOutput {
    this.finish(reason);
    return this.takeOutput();
  }

  /** A cell's row. */
  row(row: LevelRow): void {
    this.output.levels.push(row);
  }

  /** A cell's event. */
  event(event: EventTicks, cell: Cell): void {
    this.emit(event, cell, 'release', false);
  }

  /** @returns false for a chunk that belongs to the past */
  private accept(chunk: SoundChunk, mark: number): boolean {
    const clock = SampleClock.of(chunk);
    const last = this.last;
    let skip = 0;
    if (last === null || this.run === null) {
      this.startRun(chunk, clock, 0, mark, true);
    } else {
      const order = orderOf(chunk, last, this.clockJumpUs);
      // Many small steps of the clock in one cell: its seconds have left the clock behind.
      const slipUs = clock.zeroUs - this.run.clock.zeroUs;
      if (order.kind === 'next' && Math.abs(slipUs) > this.clockJumpUs) {
        this.report({ kind: 'clock_jump', skip: 0, missing: 0, jumpUs: slipUs }, chunk, last);
        this.finish('clock_jump');
        this.startRun(chunk, clock, 0, mark, true);
      } else {
        this.report(order, chunk, last);
        if (order.kind === 'duplicate' || order.kind === 'stale') return order.kind === 'duplicate';
        if (order.kind === 'next' || order.kind === 'clock_jump') skip = order.skip;
        if (order.kind !== 'next') {
          const before = this.lastMark;
          this.finish(order.kind);
          // A replay must see the break too, so it starts with the chunk before; but a recorder's very first chunk begins
          // alike whatever was before.
          this.startRun(chunk, clock, skip, chunk.firstSample === 0 ? mark : before, false);
        }
      }
    }
    this.last = {
      streamId: chunk.streamId,
      sampleRateHz: chunk.sampleRateHz,
      calibrationDbSpl: chunk.calibrationDbSpl,
      clock,
      nextSample: chunk.firstSample + chunk.samples.length,
    };
    this.lastMark = mark;
    this.consume(chunk, clock, chunk.firstSample + skip, mark);
    return true;
  }

  /** @param unknownPast nothing is known of what came before the chunk, as in a replay */
  private startRun(
    chunk: SoundChunk,
    clock: SampleClock,
    skip: number,
    mark: number,
    unknownPast: boolean,
  ): void {
    const context: EventContext = {
      streamId: chunk.streamId,
      sampleRateHz: chunk.sampleRateHz,
      calibrationDbSpl: chunk.calibrationDbSpl,
    };
    const firstSample = chunk.firstSample + skip;
    const startTimeUs = clock.timeOf(firstSample);
    let cellUs = Math.floor(startTimeUs / this.gridUs) * this.gridUs;
    while (clock.firstSampleAt(cellUs + this.gridUs) <= firstSample) cellUs += this.gridUs;
    const active = this.newCell(context);
    active.start(clock, cellUs, firstSample, chunk.samples[skip]!);
    active.activate();
    this.history.restart(firstSample);
    this.hold = mark;
    this.run = {
      context,
      firstSample,
      active,
      warming: null,
      swapAt: 0,
      warmingIsFull: false,
      warmingMark: null,
      spare: null,
      clock,
      clockSample: firstSample,
      joined: unknownPast && chunk.firstSample > 0,
      checkpointUs: startTimeUs,
      silent: null,
    };
  }

  /** Takes the samples of the chunk from number `from` on; they follow what the run has. */
  private consume(chunk: SoundChunk, clock: SampleClock, from: number, mark: number): void {
    const run = this.run!;
    const { samples, firstSample: base } = chunk;
    const end = base + samples.length;
    if (this.options.trigger !== null) this.history.push(samples.subarray(from - base));
    let position = from;
    while (position < end) {
      if (run.warming === null) {
        const warmupAt = clock.firstSampleAt(run.active.startUs + this.gridUs - this.warmupUs);
        if (warmupAt <= position) this.startWarmup(run, chunk, clock, position, warmupAt, mark);
        const stop = Math.min(end, run.warming === null ? warmupAt : run.swapAt);
        position = this.advance(run, samples, base, position, stop);
      } else {
        position = this.advance(run, samples, base, position, Math.min(end, run.swapAt));
      }
    }
    this.dropHistory(run);
  }

  private advance(run: Run, samples: Float32Array, base: number, from: number, to: number): number {
    run.active.process(samples, base, from, to, this);
    if (run.warming !== null) {
      run.warming.process(samples, base, from, to, this);
      if (to === run.swapAt) this.swap(run, run.warming);
    }
    return to;
  }

  /** @param warmupAt where the warm-up should begin by the chunk's clock; `position` may be past it */
  private startWarmup(
    run: Run,
    chunk: SoundChunk,
    clock: SampleClock,
    position: number,
    warmupAt: number,
    mark: number,
  ): void {
    this.reportDrift(run, clock, position);
    run.clock = clock;
    run.clockSample = position;
    const startUs = run.active.startUs + this.gridUs;
    const cell = run.spare ?? this.newCell(run.context);
    run.spare = null;
    cell.start(clock, startUs, position, chunk.samples[position - chunk.firstSample]!);
    run.warming = cell;
    run.swapAt = clock.firstSampleAt(startUs);
    run.warmingIsFull = warmupAt >= run.firstSample;
    // A replay that starts with this chunk decides afresh at the first boundary whose warm-up lies in it: it must be this.
    const isFirst = clock.firstSampleAt(startUs - this.gridUs - this.warmupUs) < chunk.firstSample;
    const replayable = warmupAt === position && isFirst && chunk.firstSample > 0;
    run.warmingMark = replayable ? mark : null;
  }

  /** The grid boundary: the warm cell takes over. */
  private swap(run: Run, next: Cell): void {
    const old = run.active;
    old.finish(run.swapAt, this);
    if (run.warmingIsFull) {
      const cutBy = this.reasonToCut(run, old, next);
      const settled = (old.tracker?.isIdle ?? true) && (next.tracker?.isIdle ?? true);
      if (cutBy !== null) this.cut(old, next, cutBy);
      if (cutBy !== null || settled) {
        run.checkpointUs = next.startUs;
        if (run.warmingMark !== null) this.hold = run.warmingMark;
      } else {
        // What the trigger is doing began before this warm-up: it goes on, fed by the new filters.
        [old.tracker, next.tracker] = [next.tracker, old.tracker];
      }
      this.reportSilence(run, next.startUs, next.allZero);
    } else {
      [old.tracker, next.tracker] = [next.tracker, old.tracker];
    }
    next.activate();
    run.active = next;
    run.warming = null;
    run.spare = old;
  }

  private reasonToCut(run: Run, old: Cell, next: Cell): CloseReason | null {
    const { trigger } = this.options;
    if (trigger === null || old.tracker === null) return null;
    if (run.joined) {
      run.joined = false;
      return 'joined';
    }
    const nextBoundaryUs = next.startUs + this.gridUs;
    const clipStartUs = old.tracker.clipStartUs(run.context.sampleRateHz);
    if (clipStartUs !== null && nextBoundaryUs - clipStartUs > trigger.maxDurationSecs * US) {
      return 'max_duration';
    }
    // One event and its hold-off always fit; only events without a pause between them get here.
    const longest = (trigger.maxDurationSecs + trigger.holdOffSecs) * US + 2 * this.gridUs;
    return nextBoundaryUs - run.checkpointUs > longest ? 'checkpoint' : null;
  }

  /** Ends the old cell's event at the boundary, and goes on from what the new cell has heard in its warm-up. */
  private cut(old: Cell, next: Cell, reason: CloseReason): void {
    const open = old.tracker!.close();
    const goesOn = next.tracker!.restart();
    if (open !== null) this.emit(open, old, reason, goesOn);
  }

  private finish(reason: CloseReason): void {
    const { run, last } = this;
    if (run !== null && last !== null) {
      run.active.finish(last.nextSample, this);
      const open = run.active.tracker?.close() ?? null;
      if (open !== null) this.emit(open, run.active, reason, false);
      this.reportSilence(run, last.clock.timeOf(last.nextSample), false);
      this.history.restart(0);
    }
    this.run = null;
    this.last = null;
    this.hold = null;
  }

  private emit(event: EventTicks, cell: Cell, closedBy: CloseReason, cut: boolean): void {
    const { context } = this.run!;
    const made = makeNoiseEvent(event, cell.tracker!.ticks, this.history, context, closedBy, cut);
    const durationSecs = made?.durationSecs ?? 0;
    // A piece of a longer event may be short.
    const whole = !cut && !event.continued;
    if (made !== null && (!whole || durationSecs >= this.options.trigger!.minDurationSecs)) {
      this.output.events.push(made);
    } else {
      const timeUs = made?.onsetTimeUs ?? cell.clock.timeOf(cell.tickFirstSample);
      this.notice({ kind: 'event_too_short', timeUs, streamId: context.streamId, durationSecs });
    }
  }

  private dropHistory(run: Run): void {
    if (this.options.trigger === null) return;
    const oldest = (cell: Cell | null): number =>
      cell === null ? Number.POSITIVE_INFINITY : (cell.tracker?.oldestSample ?? cell.tickFirstSample);
    this.history.dropBefore(Math.min(oldest(run.active), oldest(run.warming)));
  }

  private newCell(context: EventContext): Cell {
    const { trigger, thirdOctaves, gridSecs } = this.options;
    const tracker = trigger && new EventTracker(trigger, context.calibrationDbSpl);
    const triggerWeighting = trigger?.weighting ?? 'A';
    const triggerTimeWeighting = trigger?.timeWeighting ?? 'fast';
    return new Cell(context, { triggerWeighting, triggerTimeWeighting, thirdOctaves }, gridSecs, tracker);
  }

  /** An end-of-stream chunk may tell that the last chunks before it were lost. */
  private reportMissingEnd(chunk: SoundChunk): void {
    const missing = chunk.firstSample + chunk.samples.length - this.last!.nextSample;
    if (missing > 0 && chunk.samples.length === 0) {
      this.report({ kind: 'gap', missing }, chunk, this.last!);
    }
  }

  private reportDrift(run: Run, clock: SampleClock, position: number): void {
    const driftUs = clock.zeroUs - run.clock.zeroUs;
    const elapsedUs = ((position - run.clockSample) * US) / clock.sampleRateHz;
    if (driftUs === 0 || elapsedUs <= 0) return;
    const ppm = (driftUs / elapsedUs) * 1e6;
    if (Math.abs(ppm) < this.options.driftNoticePpm) return;
    const timeUs = clock.timeOf(position);
    this.notice({ kind: 'clock_drift', timeUs, streamId: run.context.streamId, driftUs, ppm });
  }

  private reportSilence(run: Run, timeUs: number, silent: boolean): void {
    const { streamId } = run.context;
    if (silent && run.silent !== true) {
      this.notice({ kind: 'sensor_silent', timeUs, streamId, state: 'opened' });
    } else if (!silent && run.silent === true) {
      this.notice({ kind: 'sensor_silent', timeUs, streamId, state: 'closed' });
    }
    run.silent = silent;
  }

  private report(order: ChunkOrder, chunk: SoundChunk, last: LastChunk): void {
    for (const notice of noticesOf(order, chunk, last)) this.notice(notice);
  }

  private notice(notice: Notice): void {
    this.output.notices.push(notice);
  }

  private takeOutput(): SensorOutput {
    const output = this.output;
    this.output = emptyOutput();
    return output;
  }
}

const emptyOutput = (): SensorOutput => ({ levels: [], events: [], notices: [] });
