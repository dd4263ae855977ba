import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { Clip } from './clip.js';
import { Stft } from './stft.js';
import { hannWindow } from './window.js';

describe('hannWindow', () => {
  it('is periodic: the sample that would close it is left out', () => {
    expect([...hannWindow(4)]).toEqual([0, 0.5, 1, 0.5].map(x => expect.closeTo(x, 15)));
  });
});

describe('Stft', () => {
  it('counts frames as librosa does', () => {
    const centred = new Stft({ nFft: 2048, hop: 512, centred: true });
    const plain = new Stft({ nFft: 2048, hop: 512, centred: false });
    expect(centred.frameCount(165_375)).toBe(323);
    expect(centred.frameCount(1)).toBe(1);
    expect(plain.frameCount(2047)).toBe(0);
    expect(plain.frameCount(2048)).toBe(1);
    expect(plain.frameCount(2560)).toBe(2);
  });

  it('knows from which frame on a padded clip is silent', () => {
    const clip = new Clip(new Float32Array(1000).fill(1), 8000);
    for (const centred of [true, false]) {
      const stft = new Stft({ nFft: 256, hop: 100, centred });
      const silent = stft.firstSilentFrame(clip);
      stft.forEachFrame(clip, stft.frameCount(8000), (frame, power) => {
        expect(power.some(x => x > 0)).toBe(frame < silent);
      });
    }
  });

  const hz = 16 * (8000 / 256);
  const tone = new Clip(
    Float32Array.from({ length: 2048 }, (_, i) => Math.sin((2 * Math.PI * hz * i) / 8000)),
  );

  it('shows a tone with a quarter of the frame as its magnitude, and half of that in the bins beside', () => {
    const stft = new Stft({ nFft: 256, hop: 128, centred: false });
    const frames = stft.frameCount(tone.length);
    const magnitude = stft.spectrogram(tone);
    expect(magnitude).toHaveLength(129 * frames);
    const at = (bin: number) => magnitude[bin * frames + 3]!;
    expect(at(16)).toBeCloseTo(64, 4);
    expect(at(15)).toBeCloseTo(32, 4);
    expect(at(17)).toBeCloseTo(32, 4);
    expect(at(40)).toBeCloseTo(0, 4);
  });

  it('gives power as the square of magnitude', () => {
    const stft = new Stft({ nFft: 256, hop: 100, centred: true });
    const magnitude = stft.spectrogram(tone);
    stft.spectrogram(tone, 2).forEach((power, i) => {
      expect(power).toBeCloseTo(magnitude[i]! ** 2, 2);
    });
  });

  it('centres a frame on its sample, with zeros before the start', () => {
    const click = new Float32Array(512);
    click[0] = 1;
    const firstPower = (centred: boolean) => {
      let first: number[] = [];
      new Stft({ nFft: 128, hop: 32, centred }).forEachFrame(new Clip(click), 1, (_, power) => {
        first = [...power];
      });
      return first;
    };
    // The middle of the window is 1, its start 0, and a click's spectrum is flat.
    for (const power of firstPower(true)) expect(power).toBeCloseTo(1, 6);
    for (const power of firstPower(false)) expect(power).toBeCloseTo(0, 6);
  });

  it('gives the same frames whatever the block they fall into', () => {
    const random = new Random(3);
    const sound = Float32Array.from({ length: 20_000 }, () => random.normal());
    const stft = new Stft({ nFft: 64, hop: 100, centred: false });
    const all = stft.spectrogram(new Clip(sound));
    const frames = stft.frameCount(20_000);
    const later = stft.spectrogram(new Clip(sound.subarray(70 * 100)));
    for (let k = 0; k < stft.bins; k++)
      expect(later.subarray(k * (frames - 70), (k + 1) * (frames - 70))).toEqual(
        all.subarray(k * frames + 70, (k + 1) * frames),
      );
  });

  it('refuses an FFT size or a hop that can not be', () => {
    expect(() => new Stft({ nFft: 100, hop: 10, centred: true })).toThrow(/size 100/);
    expect(() => new Stft({ nFft: 128, hop: 0, centred: true })).toThrow(/hop/);
  });
});
