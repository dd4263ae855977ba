import { describe, expect, it } from 'vitest';
import { type Change, changed, found, WITH_CAMERAS } from './testing/changed-topology.js';

const problems = (...changes: readonly Change[]) => {
  const before = found(changed(...WITH_CAMERAS));
  return found(changed(...WITH_CAMERAS, ...changes)).filter(problem => !before.includes(problem));
};

describe('the stages of pictures', () => {
  it('hang together with the others: nobody but cameras has to write pictures', () => {
    expect(found(changed(...WITH_CAMERAS))).toEqual(['topic-unread stages.group.outputs.assignments']);
  });

  it('need no stage that writes what people say', () => {
    const stored = (topic: string): Change[] => [
      [`topics/${topic}`, { retention_hours: 'forever' }],
      ['stages/store/inputs/7', topic],
    ];
    expect(problems(...stored('labels'))).toEqual([]);
    expect(problems(...stored('words'))).toEqual(['topic-unwritten stages.store.inputs[7]']);
  });

  it('take the files of an encoder from where they are', () => {
    expect(problems(['stages/look/encoder', { type: 'tfjs', path: 'nowhere' }])).toEqual([
      'encoder-not-here stages.look.encoder.path',
    ]);
    expect(problems(['stages/look/encoder', { type: 'vgg16' }])).toEqual([]);
  });

  it('write to as many partitions as they read', () => {
    expect(problems(['topics/features.image', { partitions: 2 }])).toEqual([
      'fewer-partitions topics["features.image"].partitions',
    ]);
  });

  it('read pictures and no sound, and write no topic of others', () => {
    expect(problems(['stages/look/input', 'audio.raw'])).toEqual(
      expect.arrayContaining(['topic-unused topics["image.raw"]']),
    );
    expect(problems(['stages/group/input', 'features.noise'])).toContain(
      'record-mismatch stages.group.input',
    );
  });

  const LEARN = {
    ...{ type: 'image_learn', input: 'features.image', labels: 'labels' },
    outputs: { models: 'image.models' },
  };
  const LEARNT: readonly Change[] = [
    ['topics/labels', { partitions: 1 }],
    ['topics/image.models', { cleanup: 'compact' }],
    ['stages/group/models', 'image.models'],
    ['stages/learn-images', LEARN],
  ];

  it('may be learnt from, with what people say, which no stage writes', () => {
    expect(problems(...LEARNT)).toEqual([]);
    expect(problems(...LEARNT, ['stages/learn-images/labels', 'image.assignments'])).toContain(
      'record-mismatch stages.learn-images.labels',
    );
    expect(problems(...LEARNT, ['topics/features.image', { partitions: 4, retention_hours: 10 }])).toEqual([
      'retention-shorter-than-window stages.learn-images.window_hours',
    ]);
  });

  it('are not learnt into fewer groups than the fewest, nor from too few pictures', () => {
    expect(problems(...LEARNT, ['stages/learn-images/model', { min_groups: 9, max_groups: 8 }])).toEqual([
      'groups-range stages.learn-images.model.min_groups',
    ]);
    const few = { ...LEARN, first_after_images: 20, model: { min_groups: 9 } };
    expect(problems(...LEARNT, ['stages/learn-images', few])).toEqual([
      'too-few-events stages.learn-images.first_after_images',
    ]);
  });

  it('have options of their own by the type of the encoder', () => {
    expect(problems(['stages/look/encoder', { type: 'texture', weights: 'a.h5' }])).toEqual([
      'unknown-key stages.look.encoder.weights',
    ]);
    expect(problems(['stages/look/encoder', { type: 'resnet50', workers: 2 }])).toEqual([
      'unknown-key stages.look.encoder.workers',
    ]);
  });
});
