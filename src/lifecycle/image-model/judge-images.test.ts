import { beforeAll, describe, expect, it } from 'vitest';
import type { ImageGroupModel } from './image-group-model.js';
import { judgeImages } from './judge-images.js';
import { ENCODER, featuresOf, fitted, mixed, type Picture } from './testing/pictures.js';

const COUNTS = { scratch: 40, hole: 30, dent: 30 };
const RULE = { maxNovelShare: 0.1, maxSilhouetteLoss: 0.05, minKeptShare: 0.5 };

describe('a new model held against the one before', () => {
  let champion: ImageGroupModel;
  const recent = mixed({ ...COUNTS, crack: 30 }, { seed: 3 });
  beforeAll(async () => {
    champion = await fitted(mixed(COUNTS), { depth: 1 });
  });
  const judge = (challenger: ImageGroupModel, images: readonly Picture[] = recent, rule = RULE) =>
    judgeImages(challenger, champion, { features: featuresOf(images), encoder: ENCODER }, rule);

  it('takes over when it knows what is new, and says by what', async () => {
    const rule = { type: 'fixed', algorithm: 'kmeans', k: 4 } as const;
    const next = await fitted(mixed({ ...COUNTS, crack: 20 }, { seed: 2 }), {
      ...{ parent: champion, sequence: 2, depth: 1, rule },
    });
    const { isPromoted, reason } = judge(next);
    expect(isPromoted).toBe(true);
    expect(reason).toMatch(/on 130 held-out images it calls \d\.\d % novel, v0001-\w+ 2\d\.\d %; Silhouette/);
    // The other way about.
    const back = judgeImages(champion, next, { features: featuresOf(recent), encoder: ENCODER }, RULE);
    expect(back).toMatchObject({
      isPromoted: false,
      reason: expect.stringMatching(/^Too many images fit no/),
    });
  });

  it('is refused when its groups stand less apart, or when they are others', async () => {
    const two = await fitted(mixed(COUNTS, { seed: 4 }), {
      ...{ parent: champion, sequence: 2, depth: 1, rule: { type: 'fixed', algorithm: 'kmeans', k: 2 } },
    });
    const known = mixed(COUNTS, { seed: 5 });
    expect(judge(two, known)).toMatchObject({
      isPromoted: false,
      reason: expect.stringMatching(/less apart/),
    });
    // Without a parent ids are by size.
    const strangers = await fitted(mixed({ scratch: 20, hole: 40, dent: 30 }, { seed: 6 }), { depth: 1 });
    expect(judge(strangers, known)).toMatchObject({
      ...{
        isPromoted: false,
        reason: expect.stringMatching(/^Its groups are others: .* keep their group\.$/),
      },
    });
  });

  it('takes over without a comparison when pictures are encoded in another way now', () => {
    const set = { features: featuresOf(recent), encoder: 'another' };
    expect(judgeImages(champion, champion, set, RULE)).toMatchObject({ isPromoted: true });
  });
});
