import { beforeAll, describe, expect, it } from 'vitest';
import type { ClassifierType } from '../../cluster/classifiers/classifier.js';
import type { ImageGroupModel } from './image-group-model.js';
import type { PeoplesLabels } from './image-training-set.js';
import { openImageModel } from './open-image-model.js';
import { relabelImageModel } from './relabel-image-model.js';
import { featuresOf, fitted, mixed, pathsOfKinds, pictures, setOf } from './testing/pictures.js';

const IMAGES = mixed({ scratch: 40, hole: 30, dent: 25, 'deep dent': 20 }).map(image => ({
  ...image,
  nearLabel: image.kind === 'scratch' ? 'fine' : 'defect',
}));
const SET = setOf(IMAGES);

describe('labels of images', () => {
  let model: ImageGroupModel;
  beforeAll(async () => {
    model = await fitted(IMAGES);
  });

  const people = (
    marks: readonly (readonly [string, string])[] = [],
    names: readonly (readonly [string, string])[] = [],
  ): PeoplesLabels => ({
    marks: new Map(marks),
    names: new Map(names),
    statements: marks.length + names.length,
  });
  const relabelled = (
    said: PeoplesLabels,
    classifier: ClassifierType | null = 'decision-tree',
    normalLabel: string | null = null,
  ) => openImageModel(relabelImageModel(model, SET, said, { classifier, normalLabel, sequence: 2 }));
  const labelsOf = (of: ImageGroupModel, kinds: readonly string[]) =>
    of.assign(featuresOf(pictures(kinds, { seed: 40 }))).map(({ label }) => label);

  it('come from near-labels as long as people say nothing', () => {
    expect(labelsOf(model, ['scratch', 'hole', 'dent'])).toEqual(['fine', 'defect', 'defect']);
    expect(model.details.labels).toMatchObject({
      ...{ classifier: 'decision-tree', classes: ['defect', 'fine'], accuracy: 1 },
      ...{ marked: 0, named: 0, nearLabelled: 115 },
    });
  });

  it.each(['svm', 'decision-tree', 'rules'] as const)(
    'go by the name of a group, the deepest one that has a name, before near-labels: %s',
    classifier => {
      const { dent, 'deep dent': deep } = pathsOfKinds(model, IMAGES);
      const parent = dent!.split('/')[0]!;
      const named = relabelled(
        people(
          [],
          [
            [parent, 'dented'],
            [deep!, 'bent'],
          ],
        ),
        classifier,
      );
      expect(labelsOf(named, ['scratch', 'hole', 'dent', 'deep dent'])).toEqual([
        ...['fine', 'defect', 'dented', 'bent'],
      ]);
      expect(named.details).toMatchObject({ change: 'relabel', labels: { named: 45, nearLabelled: 70 } });
      // Only labels are new.
      expect(named.numbers).toEqual(model.numbers);
    },
  );

  it('go by marks on pictures before all else', () => {
    const holes = IMAGES.filter(({ kind }) => kind === 'hole').map(({ id }) => [id, 'pinhole'] as const);
    const { hole } = pathsOfKinds(model, IMAGES);
    const marked = relabelled(people(holes, [[hole!, 'opening']]));
    expect(labelsOf(marked, ['hole', 'scratch'])).toEqual(['pinhole', 'fine']);
    expect(marked.details.labels).toMatchObject({ marked: 30, named: 0, statements: 31 });
  });

  it('tell what is normal from all else, by the commonest label or the one that is named', () => {
    const images = ['scratch', 'crack'];
    expect(labelsOf(relabelled(people(), 'anomaly', 'fine'), images)).toEqual(['fine', 'abnormal']);
    expect(relabelled(people(), 'anomaly').details.labels.classes).toEqual(['defect', 'abnormal']);
  });

  it('are not predicted where there is nothing to learn, or nobody wants them', () => {
    const all = relabelled(people(IMAGES.map(({ id }) => [id, 'steel'] as const)));
    expect(all.details.labels).toMatchObject({ classifier: null, marked: 115, accuracy: null });
    const [answer] = all.assign(featuresOf(IMAGES.slice(0, 1)));
    expect([answer!.label, answer!.labelConfidence]).toEqual([null, null]);
    expect(relabelled(people(), null).labels).toBe(null);
  });
});
