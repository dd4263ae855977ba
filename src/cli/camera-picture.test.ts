import { describe, expect, it } from 'vitest';
import type { PictureKind } from '../simulation/simulated-camera.js';
import { CameraPicture } from './camera-picture.js';
import { cameraSummary } from './camera-summary.js';
import { imageAssignment, START_US } from './testing/demo-records.js';

/** Pictures with what is on them and where they were put. */
function camera(...pictures: (readonly [id: string, truth: PictureKind | null, path: readonly number[]])[]) {
  const seen = new CameraPicture('strip-camera');
  for (const [frameId, truth] of pictures)
    if (truth) seen.takeTruth({ sensor: 'strip-camera', frameId, timeUs: START_US, truth });
  for (const [frameId, , path] of pictures) {
    const { value } = imageAssignment(frameId, path) as {
      value: Parameters<CameraPicture['takeAssignment']>[0];
    };
    seen.takeAssignment(value);
  }
  return seen;
}

describe('CameraPicture', () => {
  it('counts pictures by group, in the order of groups, novel ones last', () => {
    const seen = camera(['a', 'clean', [2]], ['b', 'clean', []], ['c', 'clean', [10]], ['d', 'clean', [2]]);
    expect(seen.sortedGroups().map(([name, { images }]) => [name, images])).toEqual([
      ['2', 2],
      ['10', 1],
      ['novel', 1],
    ]);
  });

  it('counts a picture once that was sent twice', () => {
    const seen = camera(['a', 'clean', [2]], ['a', 'clean', [2]], ['b', 'clean', [2]]);
    expect([seen.images, seen.groups.get('2')!.images, seen.latest.length]).toEqual([2, 2, 2]);
  });

  it('remembers no more than it can show, so that it can run for days', () => {
    const seen = camera(...Array.from({ length: 500 }, (_, i) => [`f${i}`, 'clean', [0]] as const));
    expect([seen.images, seen.latest.length]).toEqual([500, 200]);
  });
});

describe('cameraSummary', () => {
  it('tells how well groups agree with what is on the pictures, novel ones left out', () => {
    const good = camera(
      ['a', 'clean', [0]],
      ['b', 'clean', [0]],
      ['c', 'patches', [1]],
      ['d', 'patches', []],
    );
    expect(cameraSummary(good, []).agreement).toBe(1);
    const bad = camera(
      ['a', 'clean', [0]],
      ['b', 'clean', [1]],
      ['c', 'patches', [0]],
      ['d', 'patches', [1]],
    );
    expect(cameraSummary(bad, []).agreement).toBeLessThan(0.1);
    expect(cameraSummary(camera(['a', 'clean', []]), []).agreement).toBeNull();
  });

  it('counts pictures of an earlier run too, of which it does not know what is on them', () => {
    const { images, groups } = cameraSummary(camera(['old', null, [0]], ['new', 'clean', [0]]), []);
    expect([images, groups]).toEqual([2, [{ path: '0', images: 2, kinds: { clean: 1 } }]]);
  });

  it('tells what became of a new kind of defect', () => {
    const seen = camera(
      ['a', 'clean', [0]],
      ['b', 'crazing', []],
      ['c', 'crazing', [0]],
      ['d', 'crazing', []],
    );
    expect(cameraSummary(seen, ['crazing', 'scratches']).newKinds).toEqual([
      {
        kind: 'crazing',
        firstFrameId: 'b',
        firstTimeUs: START_US,
        firstPath: 'novel',
        images: 3,
        novelImages: 2,
      },
    ]);
  });
});
