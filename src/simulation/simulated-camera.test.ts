import { describe, expect, it } from 'vitest';
import type { Fault } from './faults.js';
import { plantCamera } from './plant-camera.js';
import { type CameraSpec, cameraSchedule, simulatedCamera } from './simulated-camera.js';
import { take } from './testing/plant.js';

const CAMERA: CameraSpec = { ...plantCamera(), sizePx: 40, faults: [] };

const withFaults = (faults: readonly Fault[], count: number, seed = 3) =>
  take(simulatedCamera({ ...CAMERA, faults }, seed), count);

describe('simulatedCamera', () => {
  it('takes the same pictures for the same seed, and others for another', () => {
    const frames = withFaults([], 12);
    expect(withFaults([], 12)).toEqual(frames);
    expect(withFaults([], 12, 4)).not.toEqual(frames);
    for (const [i, { pixels }] of frames.entries()) {
      expect(pixels).toHaveLength(40 ** 2);
      if (i > 0) expect(pixels).not.toEqual(frames[i - 1]!.pixels);
    }
  });

  it('takes them in step', () => {
    expect(withFaults([], 4).map(({ frameIndex, dueUs, clockUs }) => [frameIndex, dueUs, clockUs])).toEqual([
      [0, 0, 0],
      [1, 400_000, 400_000],
      [2, 800_000, 800_000],
      [3, 1_200_000, 1_200_000],
    ]);
  });

  it('sees brightness drift slowly', () => {
    const means = withFaults([], 225).map(({ pixels, truth }) =>
      truth === 'clean' ? pixels.reduce((a, b) => a + b) / pixels.length : null,
    );
    const near = (at: number) => {
      const some = means.slice(at - 12, at + 13).filter(mean => mean !== null);
      return some.reduce((a, b) => a + b) / some.length;
    };
    // A quarter and three quarters of a period of 90 s.
    expect(near(56) / near(169)).toBeGreaterThan(1.12);
    expect(near(56) / near(169)).toBeLessThan(1.24);
  });

  it('loses the frames of a gap and counts on', () => {
    const frames = withFaults([{ type: 'gap', fromSecs: 0.8, lastsSecs: 0.8, everySecs: 100 }], 5);
    expect(frames.map(({ frameIndex }) => frameIndex)).toEqual([0, 1, 4, 5, 6]);
  });

  it('takes black pictures while it is covered, and those that it would have had afterwards', () => {
    const frames = withFaults([{ type: 'silence', fromSecs: 0.4, lastsSecs: 0.4, everySecs: 100 }], 4);
    const healthy = withFaults([], 4);
    expect(frames[1]!.pixels.every(pixel => pixel === 0)).toBe(true);
    for (const i of [0, 2, 3]) expect(frames[i]).toEqual(healthy[i]);
  });

  it('has a slow clock until it is set right', () => {
    const frames = withFaults([{ type: 'clock_jump', atSecs: 0.8, jumpSecs: 1.5 }], 4);
    expect(frames.map(({ clockUs, dueUs }) => clockUs - dueUs)).toEqual([-1_500_000, -1_500_000, 0, 0]);
  });

  it('sends some frames twice and cuts some short, and its pictures are the same', () => {
    const frames = withFaults(
      [
        { type: 'duplicates', share: 0.25 },
        { type: 'truncated', share: 0.1 },
      ],
      300,
    );
    const once = frames.filter(({ frameIndex }, i) => frameIndex !== frames[i - 1]?.frameIndex);
    expect(frames.length - once.length).toBeGreaterThan(30);
    expect(frames.length - once.length).toBeLessThan(90);
    const cut = once.filter(({ truncated }) => truncated).length;
    expect(cut).toBeGreaterThan(8);
    expect(cut).toBeLessThan(50);
    expect(once.slice(0, 20).map(({ pixels }) => pixels)).toEqual(
      withFaults([], 20).map(({ pixels }) => pixels),
    );
  });
});

describe('cameraSchedule', () => {
  const shots = take(cameraSchedule(CAMERA, 8), 5000);
  const share = (of: readonly (typeof shots)[number][], is: (shot: (typeof shots)[number]) => boolean) =>
    of.filter(is).length / of.length;

  it('has each kind of defect at its rate, from its time on', () => {
    const kinds = shots.map(({ truth }) => truth);
    for (const { kind, share: rate, fromSecs } of CAMERA.defects) {
      const begins = Math.ceil(fromSecs / CAMERA.everySecs);
      expect(kinds.slice(0, begins)).not.toContain(kind);
      const after = kinds.slice(begins);
      expect(Math.abs(after.filter(each => each === kind).length / after.length - rate)).toBeLessThan(0.02);
    }
  });

  it('has an inspection that says ok or defect, and is wrong at times', () => {
    const wrong = share(shots, ({ truth, nearLabel }) => (truth === 'clean') !== (nearLabel === 'ok'));
    expect(Math.abs(wrong - CAMERA.wrongShare)).toBeLessThan(0.015);
  });

  it('is what the camera takes', () => {
    const taken = withFaults([], 30).map(({ truth, nearLabel }) => [truth, nearLabel]);
    expect(taken).toEqual(
      take(cameraSchedule(CAMERA, 3), 30).map(({ truth, nearLabel }) => [truth, nearLabel]),
    );
  });
});
