/**
 * Sample count and time. The sample count rules; a chunk's timestamp only anchors it. A recorder that started at T gives
 * its sample n the timestamp `T + samplesToUs(n)`, and `SampleClock.of` gets exactly T back from any chunk.
 */

const US = 1_000_000;

/** Time that a number of samples takes, in whole µs, half a µs rounded up. Exact however long a recorder runs. */
export function samplesToUs(samples: number, sampleRateHz: number): number {
  const seconds = Math.floor(samples / sampleRateHz);
  const rest = samples - seconds * sampleRateHz;
  return seconds * US + Math.round((rest * US) / sampleRateHz);
}

export class SampleClock {
  /** Time of sample 0, µs since the epoch. */
  readonly zeroUs: number;
  readonly sampleRateHz: number;

  constructor(zeroUs: number, sampleRateHz: number) {
    this.zeroUs = zeroUs;
    this.sampleRateHz = sampleRateHz;
  }

  static of(chunk: { firstSample: number; startTimeUs: number; sampleRateHz: number }): SampleClock {
    return new SampleClock(
      chunk.startTimeUs - samplesToUs(chunk.firstSample, chunk.sampleRateHz),
      chunk.sampleRateHz,
    );
  }

  timeOf(sample: number): number {
    return this.zeroUs + samplesToUs(sample, this.sampleRateHz);
  }

  /** The first sample at or after a time; negative for times before sample 0. */
  firstSampleAt(timeUs: number): number {
    const elapsed = timeUs - this.zeroUs;
    const seconds = Math.floor(elapsed / US);
    const rest = elapsed - seconds * US;
    return seconds * this.sampleRateHz + Math.ceil((rest * this.sampleRateHz) / US);
  }
}
