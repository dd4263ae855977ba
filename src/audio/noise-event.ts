/** Makes a noise event's record from its ticks and samples. */
import type { EventTicks } from './event-tracker.js';
import { LevelSum } from './level.js';
import { samplesToUs } from './sample-clock.js';
import type { SampleHistory } from './sample-history.js';
import type { CloseReason, NoiseEvent } from './sensor-records.js';
import { TICK } from './tick.js';
import type { TickHistory } from './tick-history.js';

export interface EventContext {
  readonly streamId: string;
  readonly sampleRateHz: number;
  readonly calibrationDbSpl: number | null;
}

const sum = new LevelSum();

/** `null` when the event has no sound: it was continued, and the stream ended there. */
export function makeNoiseEvent(
  event: EventTicks,
  ticks: TickHistory,
  samples: SampleHistory,
  context: EventContext,
  closedBy: CloseReason,
  cut: boolean,
): NoiseEvent | null {
  if (event.offset <= event.onset) return null;
  sum.reset();
  for (let i = event.begin; i < event.end; i++) {
    if (i >= event.onset && i < event.offset) sum.add(ticks.at(i));
    else sum.addPeaks(ticks.at(i));
  }
  const rate = context.sampleRateHz;
  const clip = bounds(ticks, event.begin, event.end, rate);
  const sound = bounds(ticks, event.onset, event.offset, rate);
  return {
    ...context,
    calibrated: context.calibrationDbSpl !== null,
    firstSample: clip.firstSample,
    sampleCount: clip.endSample - clip.firstSample,
    startTimeUs: clip.startTimeUs,
    endTimeUs: clip.endTimeUs,
    onsetTimeUs: sound.startTimeUs,
    offsetTimeUs: sound.endTimeUs,
    durationSecs: (sound.endSample - sound.firstSample) / rate,
    peakAmplitude: sum.peakAmplitude,
    clippedSamples: sum.clippedSamples,
    ...sum.levels(context.calibrationDbSpl),
    closedBy,
    cut,
    continued: event.continued,
    audio: samples.copy(clip.firstSample, clip.endSample),
  };
}

/** Samples and times of ticks `[begin, end)`, not empty. */
function bounds(ticks: TickHistory, begin: number, end: number, sampleRateHz: number) {
  const [first, last] = [ticks.at(begin), ticks.at(end - 1)];
  const firstSample = first[TICK.firstSample]!;
  const endSample = last[TICK.firstSample]! + last[TICK.sampleCount]!;
  return {
    firstSample,
    endSample,
    startTimeUs: first[TICK.zeroUs]! + samplesToUs(firstSample, sampleRateHz),
    endTimeUs: last[TICK.zeroUs]! + samplesToUs(endSample, sampleRateHz),
  };
}
