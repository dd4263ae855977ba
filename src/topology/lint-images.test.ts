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

  it('have options of their own by the type of the encoder', () => {
    expect(problems(['stages/look/encoder', { type: 'texture', weights: 'a.h5' }])).toEqual([
      'unknown-key stages.look.encoder.weights',
    ]);
    expect(problems(['stages/look/encoder', { type: 'resnet50', workers: 2 }])).toEqual([
      'unknown-key stages.look.encoder.workers',
    ]);
  });
});
