import { describe, expect, it } from 'vitest';
import { allModelsTopics, modelsTopicOf } from './models-topic.js';
import { parseTopology } from './parse-topology.js';
import { changed, LEARNT } from './testing/changed-topology.js';

const topology = (text: string) => parseTopology(text, {}).value!;

describe('where models are announced', () => {
  it('is told by the stages of each method', () => {
    const both = topology(changed(...LEARNT));
    expect(modelsTopicOf(both, 'noise')).toBe('models');
    expect(modelsTopicOf(both, 'machine')).toBe('machine.models');
    expect(allModelsTopics(both)).toEqual(['models', 'machine.models']);
  });

  it('is where others are for a method that no stage has', () => {
    expect(modelsTopicOf(topology(changed()), 'image')).toBe('models');
  });
});
