import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { decodeAudio } from './audio-file.js';
import { goldenArray, goldenBytes, largestDifference } from './testing/goldens.js';
import { encodeWav } from './wav.js';

async function failure(bytes: Uint8Array): Promise<string> {
  try {
    await decodeAudio(bytes);
  } catch (error) {
    if (error instanceof PlantsenseError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('decodeAudio', () => {
  it('reads WAV with eight channels as their mean', async () => {
    const sound = await decodeAudio(goldenBytes('format-s24-extensible-8ch.wav'));
    expect(sound).toMatchObject({ sampleRateHz: 8000, channels: 8 });
    expect(sound.samples).toHaveLength(100);
  });

  it('reads FLAC exactly', async () => {
    const sound = await decodeAudio(goldenBytes('format-s24-stereo.flac'));
    expect(sound).toMatchObject({ sampleRateHz: 44100, channels: 2 });
    const expected = Array.from({ length: 100 }, (_, i) => {
      const left = ((7 * i) % 200) - 100;
      const right = ((7 * i + 13) % 200) - 100;
      return (left + right) / 256;
    });
    expect(largestDifference(sound.samples, expected)).toBeLessThan(1e-6);
  });

  it('reads Ogg Vorbis as libvorbis does', async () => {
    const sound = await decodeAudio(goldenBytes('format-mono.vorbis.ogg'));
    expect(sound).toMatchObject({ sampleRateHz: 44100, channels: 1 });
    expect(largestDifference(sound.samples, goldenArray('format-mono.vorbis.npy').data)).toBeLessThan(1e-5);
  });

  it('goes by the first bytes, and says what they are when they are no sound', async () => {
    expect(await failure(Buffer.from('This is a text named noise.wav'))).toBe(
      'AUDIO_FORMAT_UNSUPPORTED: The file starts with "This is ": it is neither WAV, FLAC nor Ogg Vorbis.',
    );
    expect(await failure(new Uint8Array([1, 2]))).toMatch(/^AUDIO_FORMAT_UNSUPPORTED/);
    expect(await failure(goldenBytes('format-mono.opus.ogg'))).toMatch(
      /^AUDIO_FORMAT_UNSUPPORTED: .*other than Vorbis/,
    );
    expect(await failure(new Uint8Array(0))).toMatch(/^AUDIO_EMPTY/);
  });

  it.each(['format-s24-stereo.flac', 'format-mono.vorbis.ogg'])('refuses any cut of %s', async name => {
    const whole = goldenBytes(name);
    for (const part of [0.05, 0.3, 0.5, 0.7, 0.95, 0.999])
      expect(await failure(whole.subarray(0, Math.floor(whole.length * part)))).toMatch(/^AUDIO_DAMAGED/);
  });

  it('refuses an Ogg file without its last page', async () => {
    const whole = Buffer.from(goldenBytes('format-mono.vorbis.ogg'));
    const lastPage = whole.lastIndexOf('OggS');
    expect(await failure(whole.subarray(0, lastPage))).toMatch(/^AUDIO_DAMAGED: .*last page is missing/);
  });

  // The decoders play on over such a place without a word.
  it.each(['format-s24-stereo.flac', 'format-mono.vorbis.ogg'])(
    'refuses %s with one wrong byte',
    async name => {
      const damaged = Uint8Array.from(goldenBytes(name));
      damaged[Math.floor(damaged.length * 0.8)]! ^= 0xff;
      expect(await failure(damaged)).toMatch(/^AUDIO_DAMAGED/);
    },
  );

  it('refuses NaNs of a recorder', async () => {
    const file = encodeWav(new Float32Array(10), 8000, 'f32le');
    new DataView(file.buffer).setFloat32(file.length - 4, Number.NaN, true);
    expect(await failure(file)).toBe('AUDIO_NOT_FINITE: Sample 9 is NaN.');
  });
});
