import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { fitImageModel } from './fit-image-model.js';
import { openImageModel } from './open-image-model.js';
import {
  DIMENSIONS,
  FIT,
  featuresOf,
  fitted,
  KINDS,
  mixed,
  pathsOfKinds,
  pictures,
  setOf,
} from './testing/pictures.js';
import { updateImageModel } from './update-image-model.js';

const IMAGES = mixed(KINDS);

describe('a model of images', () => {
  it('puts pictures that it has not seen in the groups of their kinds, and in their sub-groups', async () => {
    const model = await fitted(IMAGES);
    const found = pathsOfKinds(model, mixed(KINDS, { seed: 2 }));
    const { dent, 'deep dent': deep, scratch, hole } = found;
    // The first level has them together.
    expect(dent!.split('/')[0]).toBe(deep!.split('/')[0]);
    expect(dent).not.toBe(deep);
    expect(new Set([scratch, hole, dent]).size).toBe(3);
    const answers = model.assign(featuresOf(mixed(KINDS, { seed: 2 })));
    const right = answers.filter(
      ({ path }, i) => path.join('/') === found[mixed(KINDS, { seed: 2 })[i]!.kind],
    );
    expect(right.length / answers.length).toBeGreaterThan(0.97);
    expect(model.paths.map(path => path.join('/'))).toEqual([
      '0',
      '1',
      '2',
      expect.any(String),
      expect.any(String),
    ]);
  });

  it('says how well new pictures are put where the clustering itself would put them', async () => {
    const { details, artefact } = await fitted(IMAGES);
    for (const { agreement, heldOutAgreement, refitAgreement, temperature } of details.splits) {
      expect(agreement).toBeGreaterThan(0.98);
      expect(heldOutAgreement).toBeGreaterThan(0.95);
      expect(refitAgreement).toBeGreaterThan(0.9);
      expect(temperature).toBeGreaterThanOrEqual(1);
    }
    expect(artefact.card).toMatchObject({ method: 'image', sequence: 1, parent: null, data: { rows: 115 } });
    expect(details.splits.map(({ path }) => path)).toEqual([[], [expect.any(Number)]]);
    expect(details.splits[0]!.explanation.join(' ')).toMatch(/kmeans with k = 3 was asked for/);
  });

  it('gives the same bytes for the same pictures and options, whoever waits for its progress', async () => {
    const once = await fitImageModel(setOf(IMAGES), FIT);
    const phases: string[] = [];
    const again = await fitImageModel(setOf(IMAGES), FIT, async ({ phase, cells }) => {
      await new Promise(setImmediate);
      phases.push(`${phase} ${cells}`);
    });
    expect([...again.files]).toEqual([...once.files]);
    expect(phases.slice(0, 3)).toEqual(['groups 0', 'groups 1', 'groups 2']);
    expect(phases.at(-1)).toBe('labels 12');
  });

  it('answers about a picture with the same bits whatever pictures are beside it', async () => {
    const model = openImageModel((await fitted(IMAGES, { people: named('0', 'one') })).artefact);
    const images = mixed({ ...KINDS, crack: 5 }, { seed: 3 });
    const all = model.assign(featuresOf(images));
    fc.assert(
      fc.property(fc.shuffledSubarray([...images.keys()], { minLength: 1, maxLength: 20 }), rows => {
        const some = model.assign(featuresOf(rows.map(row => images[row]!)));
        expect(some).toEqual(rows.map(row => all[row]!));
      }),
      { numRuns: 30 },
    );
  });

  it('calls about as many pictures novel as it is asked to, and those of something new', async () => {
    const many = mixed({ scratch: 150, hole: 150, dent: 100 });
    const model = await fitted(many, { noveltyQuantile: 0.05, depth: 1 });
    const known = model.assign(featuresOf(mixed({ scratch: 500, hole: 500, dent: 400 }, { seed: 7 })));
    const share = known.filter(({ novel }) => novel).length / known.length;
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.09);
    const cracks = model.assign(featuresOf(mixed({ crack: 50 }, { seed: 8 })));
    expect(cracks.filter(({ novel }) => novel).length).toBe(50);
    for (const { path, noveltyScore, runnersUp, novel } of [...known, ...cracks]) {
      expect(novel).toBe(noveltyScore > 1);
      expect(path.length === 0).toBe(novel);
      expect(runnersUp.length).toBeGreaterThan(0);
    }
  });

  it('ends at directions that no picture of the training had', async () => {
    const model = await fitted(mixed({ scratch: 60, hole: 60 }), {
      components: 2,
      depth: 1,
      rule: { type: 'min-max' },
    });
    const [image] = mixed({ scratch: 1 }, { seed: 4 });
    expect(model.assign(featuresOf([image!]))[0]!.novel).toBe(false);
    const far = image!.features.slice();
    // No principal component: all pictures were alike there.
    far[9]! += 15;
    expect(model.assign(featuresOf([{ ...image!, features: far }]))[0]!.novel).toBe(true);
  });

  // The groups' ends were no numbers: nothing could open the model, and every picture became a dead letter.
  it('ends groups although each fifth of the pictures that is held out has the only one of a group', async () => {
    const odd = pictures(new Array(12).fill('hole'), { seed: 3, first: 100 }).map((image, i) => {
      const features = new Float32Array(DIMENSIONS);
      features[i] = 100;
      return { ...image, features };
    });
    const images = [...mixed({ scratch: 14 }), ...odd];
    const rule = { type: 'fixed', algorithm: 'agglomerative', k: 13 } as const;
    const model = await fitted(images, { rule, maxGroups: 13, depth: 1, components: DIMENSIONS });
    expect(model.details.groups.filter(({ rows }) => rows === 1)).toHaveLength(12);
    expect(model.numbers.bounds.every(bound => bound > 0 && Number.isFinite(bound))).toBe(true);
    expect(model.assign(featuresOf(pictures(['scratch'], { seed: 4 })))[0]!.novel).toBe(false);
  });

  it('gives a group of equal pictures, a covered lens, a reach', async () => {
    const dark = pictures(new Array(40).fill('hole'), { seed: 5, first: 200 }).map(image => {
      const features = new Float32Array(DIMENSIONS);
      features[3] = -12;
      return { ...image, features };
    });
    const model = await fitted([...mixed({ scratch: 40, dent: 40 }), ...dark], {
      depth: 1,
      components: DIMENSIONS,
    });
    const nearly = dark.slice(0, 5).map((image, i) => {
      const features = image.features.slice();
      features[i]! += 0.01;
      return { ...image, features };
    });
    expect(model.assign(featuresOf([...dark, ...nearly])).filter(({ novel }) => novel)).toEqual([]);
    const kinds = mixed({ scratch: 50, dent: 50 }, { seed: 6 });
    expect(model.assign(featuresOf(kinds)).filter(({ novel }) => novel).length).toBeLessThan(8);
    expect(model.assign(featuresOf(mixed({ hole: 9 }))).every(({ novel }) => novel)).toBe(true);
  });

  it('counts an empty near-label as none, as labels do', async () => {
    const images = mixed({ scratch: 40, hole: 30, dent: 25 });
    const options = { rule: { type: 'c-score' }, maxGroups: 4, depth: 1 } as const;
    const unsaid = images.map(image => ({ ...image, nearLabel: image.kind === 'dent' ? '' : image.kind }));
    const silent = unsaid.map(image => ({ ...image, nearLabel: image.nearLabel || null }));
    const [one, other] = [await fitted(unsaid, options), await fitted(silent, options)];
    expect(one.version).toBe(other.version);
  });

  it('refuses too few pictures, pictures that are all one, and what is no number', async () => {
    await expect(fitted(mixed({ scratch: 5 }))).rejects.toThrow(/5 images to learn from, 20 are needed/);
    const [one] = IMAGES;
    await expect(fitted(new Array(30).fill(one))).rejects.toMatchObject({ code: 'MODEL_COLLAPSED' });
    const broken = setOf(IMAGES);
    broken.features.data[7] = Number.NaN;
    await expect(fitImageModel(broken, FIT)).rejects.toMatchObject({ code: 'MATRIX_INVALID' });
    await expect(fitted(IMAGES, { minGroups: 9 })).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
    const model = await fitted(IMAGES);
    expect(() => model.assign({ data: new Float32Array(5), rows: 1, cols: 5 })).toThrow(/12 are expected/);
  });
});

describe('ids of groups', () => {
  it('go on in the next model, at every level, whatever the order and the sample of its pictures', async () => {
    const parent = await fitted(IMAGES);
    const before = pathsOfKinds(parent, IMAGES);
    for (const seed of [11, 12, 13]) {
      const others = new Random(seed).shuffle(mixed(KINDS, { seed }));
      const next = await fitted(others, { parent, sequence: 2, seed });
      expect(pathsOfKinds(next, IMAGES)).toEqual(before);
      expect(next.artefact.card.parent).toBe(parent.version);
    }
  });

  it('are never given again: a kind that vanishes takes its id with it, one that comes has a new one', async () => {
    const first = await fitted(mixed({ scratch: 40, hole: 30, dent: 25 }), { depth: 1 });
    const before = pathsOfKinds(first, mixed({ scratch: 9, hole: 9, dent: 9 }, { seed: 5 }));
    const images = mixed({ scratch: 40, hole: 30, crack: 25 }, { seed: 6 });
    const next = await fitted(images, { parent: first, sequence: 2, depth: 1 });
    const { crack, ...others } = pathsOfKinds(next, images);
    expect(others).toEqual({ scratch: before.scratch, hole: before.hole });
    expect(crack).toBe('3');
    const last = await fitted(mixed({ scratch: 40, hole: 30, dent: 25 }), {
      parent: next,
      sequence: 3,
      depth: 1,
    });
    expect(pathsOfKinds(last, mixed({ dent: 9 }, { seed: 5 }))).toEqual({ dent: '4' });
  });

  // People have seen groups of a model that was taken back, and given them names.
  it('are never given again after a model was taken back, also by one that only follows', async () => {
    const first = await fitted(mixed({ scratch: 40, hole: 30, dent: 25 }), { depth: 1 });
    const images = mixed({ scratch: 40, hole: 30, crack: 25 }, { seed: 6 });
    const takenBack = await fitted(images, { parent: first, sequence: 2, depth: 1 });
    expect(pathsOfKinds(takenBack, images).crack).toBe('3');
    const parent = first.keepingIds(takenBack.details.nextIds);
    const follows = openImageModel(
      updateImageModel(parent, setOf(mixed({ hole: 9 }, { seed: 7 })), { halfLifeImages: 9, sequence: 3 }),
    );
    for (const before of [parent, follows]) {
      const next = await fitted(images, { parent: before, sequence: 4, depth: 1 });
      expect(pathsOfKinds(next, images).crack).toBe('4');
    }
  });

  it('go on when the whole plant has drifted so far that all is novel to the model before', async () => {
    const parent = await fitted(IMAGES, { depth: 1 });
    const drifted = mixed(KINDS, { seed: 9, drift: 3 });
    expect(parent.assign(featuresOf(drifted)).filter(({ novel }) => novel).length).toBeGreaterThan(100);
    const next = await fitted(drifted, { parent, sequence: 2, depth: 1 });
    expect(pathsOfKinds(next, drifted).scratch).toBe(pathsOfKinds(parent, IMAGES).scratch);
  });

  it('begin after those of a model of another encoder', async () => {
    const parent = await fitted(IMAGES, { depth: 1 });
    const set = setOf(IMAGES, { encoder: 'another' });
    const next = openImageModel(await fitImageModel(set, { ...FIT, depth: 1, parent, sequence: 2 }));
    expect(next.paths).toEqual(parent.paths.map(([id]) => [id! + parent.paths.length]));
  });
});

function named(path: string, label: string) {
  return { marks: new Map(), names: new Map([[path, label]]), statements: 1 };
}
