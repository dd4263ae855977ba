import { bytesPerSample, decodePcm, type PcmEncoding } from '../audio/pcm.js';
import type { SoundChunk } from '../audio/sensor-records.js';
import type { AudioChunk, AudioEncoding } from '../records/types.js';

const PCM: Record<AudioEncoding, PcmEncoding> = {
  S16LE: 's16le',
  S24LE: 's24le',
  S32LE: 's32le',
  F32LE: 'f32le',
};

/** Makes sound of chunks, one after another in the same memory: a chunk's samples last until the next one's. */
export class ChunkDecoder {
  #samples = new Float32Array(0);

  /**
   * @param calibrationDbSpl of the sensor's settings, in place of the chunk's; null: the chunk's own
   * @throws PlantsenseError AUDIO_NOT_FINITE, PARAMETER_INVALID
   */
  decode(record: AudioChunk, calibrationDbSpl: number | null): SoundChunk {
    const { streamId, firstSample, startTimeUs, sampleRateHz, endOfStream, channels } = record;
    const encoding = PCM[record.encoding];
    const most = Math.ceil(record.samples.length / bytesPerSample(encoding));
    if (this.#samples.length < most) this.#samples = new Float32Array(most);
    return {
      streamId,
      firstSample,
      startTimeUs,
      sampleRateHz,
      endOfStream,
      calibrationDbSpl: calibrationDbSpl ?? record.calibrationDbSpl,
      samples: decodePcm(record.samples, encoding, channels, this.#samples),
      finite: true,
    };
  }
}
