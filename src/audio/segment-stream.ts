/**
 * The timeline of a machine's microphone: chunks in, segments of sound out, at the rate of the machine's model.
 *
 * Segments begin at multiples of the step in samples since the recorder started, whatever came before. So a segment is a
 * function of the samples that it is made of: however a recording is cut into chunks, and wherever a replay begins, segments,
 * their numbers and their times are the same bits.
 */
import { checkChunk } from './check-chunk.js';
import { noticesOf } from './chunk-notices.js';
import { type LastChunk, orderOf } from './chunk-order.js';
import { powerToDb } from './level.js';
import { Resampler, resamplerInputs } from './resample.js';
import { SampleClock, samplesToUs } from './sample-clock.js';
import { SampleHistory } from './sample-history.js';
import { SEGMENT_SAMPLE_RATE_HZ } from './segments.js';
import type { Notice, SoundChunk } from './sensor-records.js';

export interface SegmentStreamOptions {
  /** Samples of a segment, and from one segment's start to the next one's, at 16,300 Hz. */
  readonly samplesPerSegment: number;
  readonly stepSamples: number;
  /** A difference between a chunk's time and its sample count beyond this is a clock jump. */
  readonly clockJumpSecs: number;
}

/** A segment's sound. */
export interface SoundSegment {
  readonly streamId: string;
  /** Number of its first sample since the recorder started, at 16,300 Hz. */
  readonly firstSample: number;
  /** Event time of its first and after its last sample, µs. */
  readonly startUs: number;
  readonly endUs: number;
  /** It does not follow the segment before: samples are missing, or a recorder has started. */
  readonly afterGap: boolean;
  /** Root mean square: dB SPL where calibrated, else dB below that of a full-scale sine; null for digital silence. */
  readonly levelDb: number | null;
  /** Samples of the sensor's own rate that are at full scale. */
  readonly clippedSamples: number;
  /** At 16,300 Hz. */
  readonly samples: Float32Array;
  /** Mark of the chunk that a replay which is to give this segment again must begin with. */
  readonly mark: number;
}

export interface SegmentOutput {
  readonly segments: SoundSegment[];
  readonly notices: Notice[];
}

/** A chunk's new samples. */
interface Span {
  readonly firstSample: number;
  readonly mark: number;
  readonly clock: SampleClock;
}

/** A stretch without a break. */
interface Run {
  readonly streamId: string;
  readonly sampleRateHz: number;
  readonly calibrationDbSpl: number | null;
  /** Number of the next segment since the recorder started. */
  next: number;
  isFirst: boolean;
  /** The chunks that hold the next segment's samples, the oldest first. */
  spans: Span[];
}

/** The largest value of 16-bit sound is 0.99997. */
const FULL_SCALE = 0.9999;

export class SegmentStream {
  readonly #options: SegmentStreamOptions;
  readonly #history = new SampleHistory();
  #run: Run | null = null;
  #last: LastChunk | null = null;

  constructor(options: SegmentStreamOptions) {
    this.#options = options;
  }

  /** Mark of the chunk that the next segment begins in, or looks back to; `null`: nothing is open. */
  get holdMark(): number | null {
    return this.#run?.spans[0]?.mark ?? null;
  }

  /** Bytes of sound that are kept. */
  get retainedBytes(): number {
    return this.#run === null ? 0 : this.#history.bytes;
  }

  /**
   * Takes the next chunk of the log.
   * @param mark where it stands in the log; grows from call to call
   * @throws PlantsenseError PARAMETER_INVALID, AUDIO_NOT_FINITE: nothing has changed, the chunk can be put aside
   */
  push(chunk: SoundChunk, mark: number): SegmentOutput {
    checkChunk(chunk);
    const output: SegmentOutput = { segments: [], notices: [] };
    const inOrder = chunk.samples.length === 0 || this.#accept(chunk, mark, output);
    if (inOrder && chunk.endOfStream && chunk.streamId === this.#last?.streamId)
      output.segments.push(...this.close());
    return output;
  }

  /** Ends what is open: gives the last segment, where only what its filter looks ahead to is missing. */
  close(): SoundSegment[] {
    const segments = this.#run === null ? [] : this.#take(this.#run, true);
    this.#run = null;
    this.#last = null;
    this.#history.restart(0);
    return segments;
  }

  /** @returns false for a chunk that belongs to the past */
  #accept(chunk: SoundChunk, mark: number, { segments, notices }: SegmentOutput): boolean {
    const last = this.#last;
    let skip = 0;
    if (last !== null) {
      const order = orderOf(chunk, last, this.#options.clockJumpSecs * 1e6);
      notices.push(...noticesOf(order, chunk, last));
      if (order.kind === 'duplicate' || order.kind === 'stale') return order.kind === 'duplicate';
      if (order.kind === 'next' || order.kind === 'clock_jump') skip = order.skip;
      if (order.kind !== 'next') segments.push(...this.close());
    }
    const clock = SampleClock.of(chunk);
    const firstSample = chunk.firstSample + skip;
    this.#run ??= this.#start(chunk, firstSample);
    const run = this.#run;
    run.spans.push({ firstSample, mark, clock });
    this.#history.push(chunk.samples.subarray(skip));
    this.#last = {
      streamId: chunk.streamId,
      sampleRateHz: chunk.sampleRateHz,
      calibrationDbSpl: chunk.calibrationDbSpl,
      clock,
      nextSample: chunk.firstSample + chunk.samples.length,
    };
    segments.push(...this.#take(run, false));
    return true;
  }

  #start({ streamId, sampleRateHz, calibrationDbSpl }: SoundChunk, firstSample: number): Run {
    this.#history.restart(firstSample);
    // A little too early: the filter looks back.
    const secs = firstSample / sampleRateHz;
    let next = Math.max(0, Math.floor((secs * SEGMENT_SAMPLE_RATE_HZ) / this.#options.stepSamples) - 1);
    while (this.#inputs(sampleRateHz, next).from < firstSample) next++;
    return { streamId, sampleRateHz, calibrationDbSpl, next, isFirst: true, spans: [] };
  }

  /** The segments whose samples are all there. @param atEnd nothing more comes: the filter looks ahead to zeros */
  #take(run: Run, atEnd: boolean): SoundSegment[] {
    const segments: SoundSegment[] = [];
    for (;;) {
      const inputs = this.#inputs(run.sampleRateHz, run.next);
      this.#forget(run, inputs.from);
      if ((atEnd ? inputs.ownTo : inputs.to) > this.#history.end) return segments;
      segments.push(this.#segment(run, inputs));
      run.next++;
      run.isFirst = false;
    }
  }

  #segment(run: Run, inputs: Inputs): SoundSegment {
    const { samplesPerSegment, stepSamples } = this.#options;
    const { streamId, sampleRateHz, calibrationDbSpl, isFirst } = run;
    const first = run.next * stepSamples;
    const own = this.#history.copy(inputs.ownFrom, inputs.ownTo);
    let clippedSamples = 0;
    for (let i = 0; i < own.length; i++) if (Math.abs(own[i]!) >= FULL_SCALE) clippedSamples++;
    const samples = this.#resampled(sampleRateHz, first, inputs);
    let squares = 0;
    for (let i = 0; i < samples.length; i++) squares += samples[i]! * samples[i]!;
    // Of the chunk that has its first sample, so that a replay finds the same.
    const { clock } = run.spans.findLast(span => span.firstSample <= inputs.ownFrom)!;
    const startUs = clock.timeOf(inputs.ownFrom);
    return {
      streamId,
      firstSample: first,
      startUs,
      endUs: startUs + samplesToUs(samplesPerSegment, SEGMENT_SAMPLE_RATE_HZ),
      afterGap: isFirst,
      levelDb: powerToDb(squares / samples.length, calibrationDbSpl),
      clippedSamples,
      samples,
      mark: run.spans[0]!.mark,
    };
  }

  #resampled(sampleRateHz: number, first: number, { lookFrom, to }: Inputs): Float32Array {
    const { samplesPerSegment } = this.#options;
    const { begin, end } = this.#history;
    const inputs = new Float32Array(to - lookFrom);
    // Before the recorder's start and after its end there are zeros.
    const from = Math.max(lookFrom, begin);
    inputs.set(this.#history.copy(from, Math.min(to, end)), from - lookFrom);
    if (sampleRateHz === SEGMENT_SAMPLE_RATE_HZ) return inputs;
    const resampler = new Resampler(sampleRateHz, SEGMENT_SAMPLE_RATE_HZ);
    resampler.seek(first);
    return resampler.push(inputs).subarray(0, samplesPerSegment);
  }

  #inputs(sampleRateHz: number, segment: number): Inputs {
    const { samplesPerSegment, stepSamples } = this.#options;
    const first = segment * stepSamples;
    const look = resamplerInputs(sampleRateHz, SEGMENT_SAMPLE_RATE_HZ, first, samplesPerSegment);
    const numberAt = (sample: number) =>
      Math.floor(sample / SEGMENT_SAMPLE_RATE_HZ) * sampleRateHz +
      Math.floor(((sample % SEGMENT_SAMPLE_RATE_HZ) * sampleRateHz) / SEGMENT_SAMPLE_RATE_HZ);
    return {
      lookFrom: look.from,
      from: Math.max(0, look.from),
      to: look.to,
      ownFrom: numberAt(first),
      ownTo: numberAt(first + samplesPerSegment - 1) + 1,
    };
  }

  /** Samples before `from` are needed no more. */
  #forget(run: Run, from: number): void {
    this.#history.dropBefore(from);
    const spans = run.spans;
    let gone = 0;
    while (gone + 1 < spans.length && spans[gone + 1]!.firstSample <= from) gone++;
    if (gone > 0) spans.splice(0, gone);
  }
}

/** Sample numbers at the sensor's own rate that a segment is made of. */
interface Inputs {
  /** With what the resampler looks back and ahead to: `lookFrom` may be before the recorder's start, `from` is not. */
  readonly lookFrom: number;
  readonly from: number;
  readonly to: number;
  /** Its own. */
  readonly ownFrom: number;
  readonly ownTo: number;
}
