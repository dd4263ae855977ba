import { describe, expect, it } from 'vitest';
import { type Matrix, takeRows } from '../matrix.js';
import { CLASSIFIER_TYPES } from './classifier.js';
import { type LabelledThings, type Path, PostClusteringLayer } from './post-clustering-layer.js';
import { clouds } from './testing/clouds.js';

const NAMES = ['good', 'scratch', 'dent'];

/** Three kinds of things in two groups, the second parted into two. */
function things(count: number, seed: number): LabelledThings {
  const { x, y } = clouds([count, count, count], 4, 7, seed);
  return {
    features: x,
    paths: Array.from(y, (kind): Path => (kind === 0 ? [0] : [3, kind])),
    labels: Array.from(y, kind => NAMES[kind]!),
  };
}

const learnt = things(20, 1);
const other = things(30, 2);

describe.each(CLASSIFIER_TYPES)('a post-clustering layer of type %s', type => {
  const layer = PostClusteringLayer.fit(type, learnt, { normalLabel: 'good' });
  const wanted = other.labels.map(label => (type === 'anomaly' && label !== 'good' ? 'abnormal' : label));

  it('suspects what things of a group are, with its confidence', () => {
    const suspected = layer.predict(other.features, other.paths);
    const right = suspected.filter(({ label }, i) => label === wanted[i]).length;
    expect(right / wanted.length).toBeGreaterThan(0.94);
    for (const { label, confidence } of suspected) {
      expect(layer.labels).toContain(label);
      expect(confidence).toBeGreaterThanOrEqual(1 / layer.labels.length);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  it('answers for one thing as for many, and after its JSON, bit for bit', () => {
    const all = layer.predict(other.features, other.paths);
    const again = PostClusteringLayer.fromJson(JSON.parse(JSON.stringify(layer.toJson())));
    expect(again.predict(other.features, other.paths)).toEqual(all);
    for (const row of [0, 45, 89])
      expect(again.predict(takeRows(other.features, [row]), [other.paths[row]!])).toEqual([all[row]]);
    expect(again.toJson()).toEqual(layer.toJson());
  });

  it('answers for what is novel, and for groups that it has never seen', () => {
    const [suspected] = layer.predict(takeRows(other.features, [0]), [[]]);
    expect(suspected!.confidence).toBeGreaterThan(0);
    expect(layer.predict(takeRows(other.features, [0]), [[9, 9, 9]])).toHaveLength(1);
  });

  it('is not opened of what is damaged', () => {
    const json = layer.toJson() as Record<string, unknown>;
    const refused = (kept: unknown) =>
      expect(() => PostClusteringLayer.fromJson(kept)).toThrow(
        expect.objectContaining({ code: 'MODEL_INVALID' }),
      );
    for (const field of Object.keys(json)) {
      const { [field]: _, ...rest } = json;
      refused(rest);
    }
    refused({ ...json, labels: [...layer.labels, 'more'] });
    refused({ ...json, type: type === 'rules' ? 'svm' : 'rules' });
  });
});

describe('a post-clustering layer', () => {
  it('learns from groups what features do not tell', () => {
    const alike: Matrix = { ...learnt.features, data: learnt.features.data.map((_, i) => Math.sin(i) / 10) };
    for (const type of ['svm', 'decision-tree', 'neural-network', 'rules'] as const) {
      const layer = PostClusteringLayer.fit(type, { ...learnt, features: alike });
      const suspected = layer.predict(alike, learnt.paths);
      expect(suspected.map(({ label }) => label)).toEqual(learnt.labels);
    }
  });

  it('learns the same whatever unit features have', () => {
    for (const type of ['svm', 'neural-network'] as const) {
      const large = { ...learnt.features, data: learnt.features.data.map(value => value * 1024) };
      const [a, b] = [learnt.features, large].map(features =>
        PostClusteringLayer.fit(type, { ...learnt, features }).predict(features, learnt.paths),
      );
      expect(a).toEqual(b);
    }
  });

  it('refuses labels that do not tell anything apart, and things that do not fit one another', () => {
    const refused = (code: string, change: Partial<LabelledThings>, type: 'svm' | 'anomaly' = 'svm') =>
      expect(() => PostClusteringLayer.fit(type, { ...learnt, ...change })).toThrow(
        expect.objectContaining({ code }),
      );
    refused('TRAINING_DATA_INSUFFICIENT', { labels: learnt.labels.map(() => 'good') });
    refused('PARAMETER_INVALID', { labels: ['good'] });
    refused('PARAMETER_INVALID', { paths: [] });
    refused('PARAMETER_INVALID', {}, 'anomaly');
    const none = { ...learnt.features, rows: 0, data: new Float64Array(0) };
    refused('MATRIX_INVALID', { features: none, paths: [], labels: [] });
  });
});
