/** Rejects a chunk that no stream can take. */
import { PlantsenseError } from '../errors.js';
import { areFinite } from './pcm.js';
import type { SoundChunk } from './sensor-records.js';
import { checkSampleRate } from './weighting-design.js';

/** @throws PlantsenseError PARAMETER_INVALID, AUDIO_NOT_FINITE */
export function checkChunk(chunk: SoundChunk): void {
  checkSampleRate(chunk.sampleRateHz);
  const { firstSample, startTimeUs, calibrationDbSpl, samples } = chunk;
  if (!Number.isSafeInteger(firstSample + samples.length) || firstSample < 0) {
    throw new PlantsenseError('PARAMETER_INVALID', `A chunk's first sample can't be number ${firstSample}.`);
  }
  if (!Number.isSafeInteger(startTimeUs)) {
    throw new PlantsenseError('PARAMETER_INVALID', `A chunk's start time can't be ${startTimeUs} µs.`);
  }
  if (calibrationDbSpl !== null && !Number.isFinite(calibrationDbSpl)) {
    throw new PlantsenseError(
      'PARAMETER_INVALID',
      `A chunk's calibration can't be ${calibrationDbSpl} dB SPL.`,
    );
  }
  if (chunk.finite !== true && !areFinite(samples)) {
    throw new PlantsenseError(
      'AUDIO_NOT_FINITE',
      `The chunk at sample ${firstSample} holds NaN or infinity.`,
    );
  }
}
