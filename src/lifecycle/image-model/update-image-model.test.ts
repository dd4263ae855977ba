import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import type { ImageGroupModel } from './image-group-model.js';
import { openImageModel } from './open-image-model.js';
import {
  featuresOf,
  fitted,
  mixed,
  type Picture,
  pathsOfKinds,
  pictures,
  setOf,
} from './testing/pictures.js';
import { type UpdateImageOptions, updateImageModel } from './update-image-model.js';

const COUNTS = { scratch: 60, hole: 40, dent: 30, 'deep dent': 30 };
const OPTIONS: UpdateImageOptions = { halfLifeImages: 20, sequence: 2 };

describe('groups that follow new pictures', () => {
  let model: ImageGroupModel;
  beforeAll(async () => {
    model = await fitted(mixed(COUNTS));
  });

  const follow = (images: readonly Picture[], options = OPTIONS, before = model) =>
    openImageModel(updateImageModel(before, setOf(images), options));
  const numberOf = (of: ImageGroupModel, kind: string) => {
    const path = pathsOfKinds(of, pictures(new Array(9).fill(kind), { seed: 77 }))[kind]!;
    return of.paths.findIndex(each => each.join('/') === path.split('/')[0]);
  };
  /** How far a group's mean lies from what a model without forgetting has. */
  const meanOf = (of: ImageGroupModel, group: number) => {
    const { means } = of.numbers.extents;
    return means.data.subarray(group * means.cols, (group + 1) * means.cols);
  };

  it('keep their tree and ids, and go where their kind drifts, so that it is not novel there', () => {
    let drifting = model;
    for (let step = 1; step <= 10; step++)
      drifting = follow(
        pictures(new Array(40).fill('scratch'), { seed: step, drift: step * 0.25 }),
        { ...OPTIONS, sequence: step + 1 },
        drifting,
      );
    const far = featuresOf(pictures(new Array(50).fill('scratch'), { seed: 99, drift: 2.5 }));
    const novel = (of: ImageGroupModel) => of.assign(far).filter(answer => answer.novel).length;
    expect(novel(model)).toBeGreaterThan(25);
    expect(novel(drifting)).toBeLessThan(5);
    expect(drifting.paths).toEqual(model.paths);
    expect(drifting.details).toMatchObject({ followed: 400, change: 'update', fitted: { rows: 160 } });
    expect(drifting.assign(far)[0]!.path).toEqual([numberOf(model, 'scratch')]);
  });

  it('are weighed means of old and new, whose old weight halves with each half-life', () => {
    const group = numberOf(model, 'hole');
    const images = pictures(new Array(20).fill('hole'), { seed: 5, drift: 0.2 });
    const { z } = model.numbers.projection.project(featuresOf(images));
    const next = follow(images);
    const n = model.numbers.extents.counts[group]!;
    expect(n).toBe(40);
    expect(next.numbers.extents.counts[group]).toBeCloseTo(n / 2 + 20, 9);
    meanOf(next, group).forEach((value, col) => {
      let sum = 0;
      for (let row = 0; row < 20; row++) sum += z.data[row * z.cols + col]!;
      expect(value).toBeCloseTo(((n / 2) * meanOf(model, group)[col]! + sum) / (n / 2 + 20), 9);
    });
  });

  // Decay with the wrong sign makes what is old the heavier the more new comes.
  it('forget more with a shorter half-life, and never grow heavier than what they were given', () => {
    const images = pictures(new Array(100).fill('scratch'), { seed: 6, drift: 0.3 });
    const weights = [5, 50, 5000].map(halfLifeImages => {
      const { counts } = follow(images, { ...OPTIONS, halfLifeImages }).numbers.extents;
      return counts[numberOf(model, 'scratch')]!;
    });
    expect(weights).toEqual([...weights].sort((a, b) => a - b));
    expect(weights[0]).toBeCloseTo(100, 1);
    expect(weights[2]).toBeLessThan(160);
  });

  it('do not forget a rare kind because common ones came', () => {
    const next = follow(pictures(new Array(500).fill('scratch'), { seed: 7 }));
    const group = numberOf(model, 'hole');
    expect([...meanOf(next, group)]).toEqual([...meanOf(model, group)]);
    expect(next.numbers.extents.counts[group]).toBe(model.numbers.extents.counts[group]);
  });

  it('are not moved by what is novel', () => {
    const next = follow(mixed({ crack: 40 }, { seed: 8 }));
    expect(next.numbers).toEqual(model.numbers);
    expect(next.artefact.card.indices).toMatchObject({ novelShare: 1, longestMove: 0 });
  });

  it('move alike in whatever order the pictures of a batch came', () => {
    const images = mixed({ scratch: 10, hole: 10, dent: 10, crack: 3 }, { seed: 9 });
    const { extents } = follow(images).numbers;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), seed => {
        const others = follow(new Random(seed).shuffle([...images])).numbers.extents;
        others.means.data.forEach((value, i) => {
          expect(value).toBeCloseTo(extents.means.data[i]!, 9);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('stay wide enough for a picture that differs a little, after many equal ones', () => {
    const [one] = pictures(['hole'], { seed: 10 });
    let next = model;
    for (let step = 2; step < 12; step++)
      next = follow(new Array(200).fill(one), { ...OPTIONS, sequence: step }, next);
    expect(next.numbers.extents.variances.data.every(variance => variance > 0)).toBe(true);
    expect(next.assign(featuresOf([one!]))[0]).toMatchObject({ novel: false });
  });

  // Each update left a hundredth of what was there before it: in the end nothing, and nobody could open the model.
  it('do not shrink to a point however long a camera stands before the same picture', () => {
    const images = new Array<Picture>(300).fill(pictures(['hole'], { seed: 10 })[0]!);
    let next = model;
    for (let step = 2; step < 250; step++) next = follow(images, { ...OPTIONS, sequence: step }, next);
    const nearly = images.slice(0, 1).map(image => {
      const features = image.features.slice();
      features[5]! += 0.01;
      return { ...image, features };
    });
    expect(next.assign(featuresOf(nearly))[0]).toMatchObject({ novel: false });
    const { variances, residuals } = next.numbers.extents;
    const before = model.numbers.extents;
    variances.data.forEach((variance, i) => {
      expect(variance).toBeGreaterThan(1e-4 * before.variances.data[i]!);
    });
    expect(residuals.every((residual, i) => residual > 1e-4 * before.residuals[i]!)).toBe(true);
  });

  it('refuse features of another encoder, of another length, and a half-life of nothing', () => {
    const images = pictures(['hole']);
    expect(() => updateImageModel(model, setOf(images, { encoder: 'another' }), OPTIONS)).toThrow(
      /takes 12 features of the encoder test-encoder, not 12 of another/,
    );
    const short = setOf(images, { features: { data: new Float32Array(3), rows: 1, cols: 3 } });
    expect(() => updateImageModel(model, short, OPTIONS)).toThrow(/not 3 of test-encoder/);
    expect(() => follow(images, { ...OPTIONS, halfLifeImages: 0 })).toThrow(/halfLifeImages/);
  });
});
