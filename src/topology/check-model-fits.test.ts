import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SEGMENT_DEFAULTS } from '../audio/segments.js';
import { segmentFeatureSet } from '../lifecycle/machine-model/segment-features.js';
import { EventTensor } from '../stages/event-tensor.js';
import { bareTopology } from './bare-topology.js';
import { checkModelFits } from './check-model-fits.js';
import { modelsTopicOf } from './models-topic.js';
import { parseTopology } from './parse-topology.js';
import type { Topology } from './topology.js';

function shipped(name: string, change = (text: string) => text): Topology {
  const text = readFileSync(new URL(`../../topologies/${name}.yaml`, import.meta.url), 'utf8');
  const { value } = parseTopology(change(text), {});
  return value!;
}

const machine = { method: 'machine', version: 'v1' };
const noise = { method: 'noise', version: 'v1' };
const segments = (step: number) => segmentFeatureSet({ ...SEGMENT_DEFAULTS, step });

describe('a model and a topology', () => {
  it('fit when a stage makes the tensors that the model takes', () => {
    checkModelFits(shipped('machine-anomaly'), machine, segments(22));
    const { featureSet } = new EventTensor({});
    checkModelFits(shipped('noise-clustering'), noise, featureSet);
  });

  it('do not when it makes others', () => {
    const fits = () => checkModelFits(shipped('machine-anomaly'), machine, segments(11));
    expect(fits).toThrow(
      expect.objectContaining({ code: 'FEATURES_MISMATCH', message: expect.stringContaining(segments(22)) }),
    );
    expect(() => checkModelFits(shipped('noise-clustering'), noise, 'logmel-0')).toThrow(/v1 takes/);
  });

  it('of images fit by the kind of encoder and its tiles, whatever its weights', () => {
    const image = { method: 'image', version: 'v1' };
    const encoder = (text: string) =>
      shipped('image-grouping', yaml => yaml.replace('encoder: { type: texture }', `encoder: ${text}`));
    checkModelFits(encoder('{ type: texture }'), image, 'texture-1');
    const tiled = encoder('{ type: resnet50 }\n    tiles: { rows: 1, columns: 4 }');
    checkModelFits(tiled, image, 'resnet50-4d473c1d-tiles1x4-mean');
    checkModelFits(encoder('{ type: resnet50 }'), image, 'resnet50-4d473c1d-conv4_block6_out');
    const others = ['texture-1', 'resnet50-4d473c1d', 'resnet50-4d473c1d-tiles1x4-max'];
    for (const other of others)
      expect(() => checkModelFits(tiled, image, other)).toThrow(
        `takes tensors of the feature set ${other}, and would score nothing in this topology: look makes resnet50-…-tiles1x4-mean.`,
      );
  });

  it('can not be told where nothing makes any', () => {
    checkModelFits(shipped('noise-clustering'), machine, segments(11));
    checkModelFits(bareTopology({}), noise, 'logmel-0');
  });
});

describe('the topic of models', () => {
  it('is the one that is read, or written, or the usual one', () => {
    expect(modelsTopicOf(bareTopology({}), 'noise')).toBe('models');
    const renamed = (text: string) =>
      text.replaceAll('models: models', 'models: known').replaceAll(/^( +)models: \{/gm, '$1known: {');
    expect(modelsTopicOf(shipped('machine-anomaly', renamed), 'machine')).toBe('known');
    expect(modelsTopicOf(shipped('noise-clustering', renamed), 'noise')).toBe('known');
  });
});
