import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeNpy } from '../npy.js';
import { runInProcess } from './testing/run-in-process.js';

const goldens = new URL('../../test/goldens/audio/', import.meta.url).pathname;
const directory = mkdtempSync(join(tmpdir(), 'plantsense-features-'));
afterAll(() => rmSync(directory, { recursive: true }));

const npy = (path: string) => decodeNpy(readFileSync(path));

/** Runs `features KIND NAME.wav …` and gives the array that it wrote. */
async function extract(kind: string, name: string, ...flags: string[]) {
  const out = join(directory, `${kind}.npy`);
  const ended = await runInProcess(['features', kind, `${goldens}${name}.wav`, '--out', out, ...flags]);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return { ...npy(out), stdout: ended.stdout, out };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

describe('features logmel', () => {
  it("has the noise method's defaults, within 0.001 dB of librosa", async () => {
    const golden = npy(`${goldens}plant-22k.logmel-defaults.npy`);
    const { data, shape, stdout, out } = await extract('logmel', 'plant-22k');
    expect(shape).toEqual([128, 323]);
    expect(largestDifference(data, golden.data)).toBeLessThan(1e-3);
    expect(stdout).toBe(`${out}: float32 [128, 323]\n`);
  });

  it('takes each option', async () => {
    const golden = npy(`${goldens}plant-22k.logmel-ref1.npy`);
    const flags = ['--duration', 'none', '--ref', '1.0'];
    const { data, shape } = await extract('logmel', 'plant-22k', ...flags);
    expect(shape).toEqual(golden.shape);
    expect(largestDifference(data, golden.data)).toBeLessThan(1e-3);
    const small = [
      '--sample-rate',
      '16000',
      '--duration',
      '1',
      '--n-fft',
      '1024',
      '--hop',
      '256',
      '--n-mels',
      '40',
    ];
    const loop = await extract(
      'logmel',
      'plant-22k',
      ...small,
      '--top-db',
      'none',
      '--padding',
      'loop',
      '--json',
    );
    expect(loop.shape).toEqual([40, 63]);
    expect(JSON.parse(loop.stdout)).toEqual({ out: loop.out, shape: [40, 63], type: 'float32' });
  });
});

describe('features stft', () => {
  it.each([
    ['1536', '17920 samples, 1.099 s'],
    ['512', '49664 samples, 3.047 s'],
  ])('gives the segments of librosa with an overlap of %s', async (overlap, span) => {
    const golden = npy(`${goldens}machine-16k3.segments-overlap${overlap}.npy`);
    const flags = ['--overlap', overlap, '--step', '32', '--normalize', 'none'];
    const { data, shape, stdout } = await extract('stft', 'machine-16k3', ...flags);
    expect(shape).toEqual([golden.shape[0], 1024, 32]);
    // The golden holds every eighth bin.
    const some = data.filter((_, i) => Math.floor(i / 32) % 8 === 0);
    expect(largestDifference(some, golden.data)).toBeLessThan(1e-3);
    expect(stdout).toContain(`(32 - 1) · (2048 - ${overlap}) + 2048 = ${span}`);
  });

  it('gives each segment mean 0 by default', async () => {
    const { data, shape } = await extract('stft', 'machine-16k3');
    expect(shape).toEqual([4, 1024, 32]);
    expect([...data].reduce((sum, value) => sum + value, 0) / data.length).toBeCloseTo(0, 4);
  });
});

describe('features waveform', () => {
  it('resamples to mono', async () => {
    const golden = npy(`${goldens}stereo-48k.resampled-22050.npy`);
    const { shape } = await extract('waveform', 'stereo-48k');
    expect(shape).toEqual(golden.shape);
    expect((await extract('waveform', 'stereo-48k', '--duration', '0.5')).shape).toEqual([11_025]);
  });
});

describe('features levels', () => {
  const levels = async (...flags: string[]) => {
    const ended = await runInProcess(['features', 'levels', `${goldens}tone-22k.wav`, ...flags]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(ended.stdout);
  };

  it('prints JSON, dBFS without a calibration and dB SPL with one', async () => {
    const plain = await levels();
    expect(plain).toMatchObject({ sampleRateHz: 22_050, calibrated: false, bands: null });
    const calibrated = await levels('--calibration-db-spl', '120', '--third-octaves');
    expect(calibrated.calibrated).toBe(true);
    expect(calibrated.overall.laeqDb).toBeCloseTo(plain.overall.laeqDb + 120, 9);
    expect(calibrated.overall.bandsDb).toHaveLength(calibrated.bands.length);
    expect(calibrated.seconds.length).toBeGreaterThan(0);
  });
});

describe('features', () => {
  it.each([
    ['logmel', '--duration', '86400', '--sample-rate', '192000'],
    ['waveform', '--duration', '86400'],
    ['logmel', '--n-mels', '100000000'],
  ])(
    'says that %s %s %s fits in no memory: it used to be a mistake in Plantsense',
    async (kind, ...flags) => {
      const out = join(directory, 'none.npy');
      const ended = await runInProcess(['features', kind, `${goldens}tone-22k.wav`, '--out', out, ...flags]);
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toMatch(/^(PARAMETER|USAGE)_INVALID: /);
    },
  );
});
