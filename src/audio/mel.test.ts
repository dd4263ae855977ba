import { describe, expect, it } from 'vitest';
import { hzToMel, melEdgesHz, melFilterbank, melToHz } from './mel.js';

describe('the mel scale', () => {
  it("is Slaney's: linear to 1 kHz, then 27 steps to 6.4 kHz", () => {
    expect(hzToMel(1000)).toBeCloseTo(15, 12);
    expect(hzToMel(500)).toBeCloseTo(7.5, 12);
    expect(hzToMel(6400)).toBeCloseTo(42, 12);
    for (const hz of [0, 20, 999, 1000, 1001, 11025]) expect(melToHz(hzToMel(hz))).toBeCloseTo(hz, 8);
  });

  it("has librosa's edges", () => {
    const edges = melEdgesHz(128, 0, 11025);
    [0, 25.793589, 51.587178, 77.380767].forEach((hz, i) => {
      expect(edges[i]).toBeCloseTo(hz, 5);
    });
    expect(edges[127]).toBeCloseTo(10453.791848, 5);
    expect(edges[129]).toBeCloseTo(11025, 8);
  });
});

describe('melFilterbank', () => {
  const bands = melFilterbank({ sampleRateHz: 22_050, nFft: 2048 });

  it('has the weights of librosa.filters.mel(sr=22050, n_fft=2048)', () => {
    const { firstBin, weights } = bands[64]!;
    expect(firstBin).toBe(182);
    [
      0.001080764, 0.004899887, 0.00871901, 0.012538133, 0.016357256, 0.017278831, 0.01355996, 0.009841087,
      0.006122215, 0.002403342,
    ].forEach((weight, i) => {
      expect(weights[i]).toBeCloseTo(weight, 8);
    });
    expect(weights).toHaveLength(10);
    const sum = bands.flatMap(band => [...band.weights]).reduce((total, weight) => total + weight, 0);
    expect(sum).toBeCloseTo(11.88668, 4);
  });

  it('leaves a band empty that is narrower than a bin', () => {
    const narrow = melFilterbank({ sampleRateHz: 22_050, nFft: 256, nMels: 128 });
    expect(narrow.some(band => band.weights.length === 0)).toBe(true);
  });

  it('stays between the given edges', () => {
    const some = melFilterbank({ sampleRateHz: 16_000, nFft: 1024, nMels: 64, fminHz: 50, fmaxHz: 7600 });
    expect(some[0]!.firstBin).toBe(4);
    const last = some[63]!;
    expect((last.firstBin + last.weights.length - 1) * (16_000 / 1024)).toBeLessThan(7600);
  });

  it.each([
    [{ nMels: 0 }, /1 or more mel bands/],
    [{ nMels: 1.5 }, /1 or more mel bands/],
    [{ fminHz: -1 }, /between 0 and 11025 Hz/],
    [{ fmaxHz: 12_000 }, /between 0 and 11025 Hz/],
    [{ fminHz: 500, fmaxHz: 500 }, /between 0 and 11025 Hz/],
    [{ sampleRateHz: 0 }, /sample rate/],
  ])('refuses %o', (wrong, message) => {
    expect(() => melFilterbank({ sampleRateHz: 22_050, nFft: 2048, ...wrong })).toThrow(message);
  });
});
