import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { type Matrix, takeRows, zeros } from '../matrix.js';
import { arbitraryMatrix } from '../testing/arbitrary-matrix.js';
import { CLASSIFIER_TYPES, type ClassifierType, type FittedClassifier } from './classifier.js';
import { type ClassesOption, fitClassifier, openClassifier } from './fit-classifier.js';
import { accuracy, type Clouds, clouds, predicted } from './testing/clouds.js';

const SUPERVISED = ['svm', 'decision-tree', 'neural-network'] as const;
/** Quick ones, for properties. */
const OPTIONS = { 'neural-network': { hiddenUnits: 4, maxEpochs: 5 }, svm: { maxIter: 50 } };

function learn(type: ClassifierType, { x, y }: { x: Matrix; y: ArrayLike<number> }, options = {}) {
  return fitClassifier(type, x, y, options);
}

/** Each row the path of a group, for rules; itself for the others. */
const inputOf = (type: ClassifierType, x: Matrix): Matrix =>
  type === 'rules' ? { ...x, data: Float64Array.from(x.data, value => Math.abs(Math.round(value)) % 3) } : x;

function rowsSumToOne(shares: Matrix): void {
  for (let row = 0; row < shares.rows; row++) {
    const of = shares.data.subarray(row * shares.cols, (row + 1) * shares.cols);
    expect([...of].every(share => share >= 0 && share <= 1)).toBe(true);
    expect([...of].reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  }
}

describe.each(CLASSIFIER_TYPES)('a classifier of type %s', type => {
  const labelled = arbitraryMatrix(4, 20).chain(x =>
    fc
      .array(fc.nat(2), { minLength: x.rows, maxLength: x.rows })
      // Two classes at least, and three rows of class 0.
      .map(y => ({ x: inputOf(type, x), y: y.map((label, row) => (row < 3 ? 0 : row < 4 ? 1 : label)) })),
  );
  const options = { ...OPTIONS[type as 'svm'], nClasses: type === 'anomaly' ? 3 : 4 };
  const classes = type === 'anomaly' ? 2 : 4;

  it('is sure of all classes together by 1, of each row whatever is beside it, and after its JSON, bit for bit', () => {
    fc.assert(
      fc.property(labelled, fc.nat(), ({ x, y }, pick) => {
        const fitted = learn(type, { x, y }, options);
        const all = fitted.predictProbability(x);
        expect([fitted.type, fitted.nClasses, all.cols]).toEqual([type, classes, classes]);
        rowsSumToOne(all);
        const row = pick % x.rows;
        const alone = fitted.predictProbability(takeRows(x, [row]));
        expect(alone.data).toEqual(all.data.slice(row * classes, (row + 1) * classes));
        const again = openClassifier(JSON.parse(JSON.stringify(fitted.toJson())));
        expect(again.predictProbability(x)).toEqual(all);
        expect(again.toJson()).toEqual(fitted.toJson());
      }),
      { numRuns: 40 },
    );
  });

  // The topic that labels lie in has partitions: in which order rows come is chance.
  it('is the same, bit for bit, in whatever order rows come', () => {
    fc.assert(
      fc.property(labelled, fc.nat(), ({ x, y }, seed) => {
        const order = new Random(seed).shuffle(Int32Array.from(y.keys()));
        const shuffled = { x: takeRows(x, order), y: order.map(row => y[row]!) };
        expect(learn(type, shuffled, options).toJson()).toEqual(learn(type, { x, y }, options).toJson());
      }),
      { numRuns: 25 },
    );
  });

  it('refuses rows, classes and numbers that make no sense', () => {
    const { x, y } = clouds([5, 5], 2, 3, 1);
    const refused = (code: string, work: () => unknown) =>
      expect(work).toThrow(expect.objectContaining({ code }));
    const rows = inputOf(type, x);
    refused('MATRIX_INVALID', () => learn(type, { x: zeros(0, 2), y: [] }));
    refused('MATRIX_INVALID', () => learn(type, { x: { ...x, data: x.data.map(() => Number.NaN) }, y }));
    refused('PARAMETER_INVALID', () => learn(type, { x: rows, y: y.subarray(1) }));
    refused('PARAMETER_INVALID', () => learn(type, { x: rows, y: y.map(label => -label) }));
    refused('PARAMETER_INVALID', () => learn(type, { x: rows, y: Array.from(y, label => label / 2) }));
    refused('PARAMETER_INVALID', () => learn(type, { x: rows, y }, { nClasses: 1 }));
    const fitted = learn(type, { x: rows, y });
    refused('MATRIX_INVALID', () => fitted.predictProbability(zeros(0, 2)));
    refused('MATRIX_INVALID', () => fitted.predictProbability(zeros(1, 3)));
    const infinite = { data: Float64Array.of(1, Number.POSITIVE_INFINITY), rows: 1, cols: 2 };
    refused('MATRIX_INVALID', () => fitted.predictProbability(infinite));
  });

  it('is not opened of what is damaged', () => {
    const { x, y } = clouds([5, 5, 5], 2, 3, 1);
    const json = learn(type, { x: inputOf(type, x), y }).toJson() as Record<string, unknown>;
    const refused = (kept: unknown) =>
      expect(() => openClassifier(kept)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
    for (const kept of [null, 'svm', {}, { ...json, type: 'forest' }, { ...json, extra: 1 }]) refused(kept);
    for (const field of Object.keys(json)) {
      const { [field]: _, ...rest } = json;
      refused(rest);
      refused({ ...json, [field]: 'AAAA' });
      if (field !== 'nClasses') refused({ ...json, [field]: [] });
    }
  });
});

describe.each(SUPERVISED)('a classifier of type %s', type => {
  const learnt = (data: Clouds, options: ClassesOption = {}): FittedClassifier => learn(type, data, options);

  it('tells apart what lies apart, and says so', () => {
    const shares = learnt(clouds([60, 60, 60], 6, 6, 1)).predictProbability(clouds([40, 40, 40], 6, 6, 2).x);
    expect(accuracy(shares, clouds([40, 40, 40], 6, 6, 2).y)).toBeGreaterThan(0.97);
    expect(meanConfidence(shares)).toBeGreaterThan(0.9);
  });

  it('learns of one to five marks a class, and is not sure of it', () => {
    const truth = clouds([50, 50, 50], 6, 8, 2);
    let before = 0;
    for (const [marks, least] of [
      [1, 0.6],
      [3, 0.75],
      [5, 0.8],
    ] as const) {
      const shares = learnt(clouds([marks, marks, marks], 6, 8, 3)).predictProbability(truth.x);
      expect(accuracy(shares, truth.y)).toBeGreaterThan(least);
      const confidence = meanConfidence(shares);
      expect(confidence).toBeLessThan(accuracy(shares, truth.y));
      expect(confidence).toBeGreaterThan(before - 0.05);
      before = confidence;
    }
  });

  it('learns a class of one row beside large ones', () => {
    const data = clouds([40, 40, 1], 4, 8, 1);
    const shares = learnt(data).predictProbability(data.x);
    expect(accuracy(takeShares(shares, 80), data.y)).toBeGreaterThan(0.97);
    // It is suspected most where its row is.
    const ofThird = Array.from({ length: 81 }, (_, row) => shares.data[row * 3 + 2]!);
    expect(Math.max(...ofThird)).toBe(ofThird[80]);
    expect(ofThird[80]).toBeLessThan(0.95);
  });

  it('gives a class without rows nothing', () => {
    const data = clouds([20, 0, 20], 3, 6, 1);
    const shares = learnt(data, { nClasses: 5 }).predictProbability(data.x);
    expect(shares.cols).toBe(5);
    for (let row = 0; row < shares.rows; row++)
      for (const label of [1, 3, 4]) expect(shares.data[row * 5 + label]).toBe(0);
    expect(new Set(predicted(shares))).toEqual(new Set([0, 2]));
  });

  it('has nothing to learn from one class', () => {
    expect(() => learnt(clouds([0, 9], 3, 6, 1))).toThrow(
      expect.objectContaining({ code: 'TRAINING_DATA_INSUFFICIENT' }),
    );
  });

  it('survives rows that are all equal, and knows then how many of each class there are', () => {
    const x = { data: new Float64Array(40).fill(3.7), rows: 20, cols: 2 };
    const y = Array.from({ length: 20 }, (_, row) => (row < 15 ? 0 : 1));
    const shares = learn(type, { x, y }).predictProbability(x);
    expect(shares.data[0]).toBeGreaterThan(0.6);
    expect(shares.data[0]).toBeLessThan(0.9);
  });

  it('survives columns that are very large or hardly differ', () => {
    for (const [factor, shift] of [
      [1e6, 0],
      [1e-9, 0],
      [1, 1e6],
    ] as const) {
      const { x, y } = clouds([30, 30], 3, 8, 1);
      const moved = { ...x, data: x.data.map(value => value * factor + shift) };
      rowsSumToOne(learnt({ x: moved, y }).predictProbability(moved));
    }
  });

  // Reliability: of the rows that it is sure of by so much, as many are right.
  it('is as sure as it is right', () => {
    const truth = clouds([700, 700, 700], 5, 2, 8);
    const shares = learnt(clouds([100, 100, 100], 5, 2, 7)).predictProbability(truth.x);
    const right = accuracy(shares, truth.y);
    // Clouds overlap so much that nobody is right always, and nobody would guess as well.
    expect(right).toBeGreaterThan(0.5);
    expect(right).toBeLessThan(0.95);
    expect(calibrationError(shares, truth.y)).toBeLessThan(0.07);
  });
});

function takeShares(shares: ReturnType<typeof zeros>, rows: number) {
  return { ...shares, data: shares.data.subarray(0, rows * shares.cols), rows };
}

function meanConfidence({ data, rows, cols }: Matrix): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += Math.max(...data.subarray(row * cols, (row + 1) * cols));
  return sum / rows;
}

/** Mean difference between confidence and share of right answers, over ten bins of confidence. */
function calibrationError(shares: ReturnType<typeof zeros>, y: ArrayLike<number>): number {
  const bins = Array.from({ length: 10 }, () => ({ rows: 0, right: 0, confidence: 0 }));
  predicted(shares).forEach((label, row) => {
    const confidence = shares.data[row * shares.cols + label]!;
    const bin = bins[Math.min(9, Math.floor(confidence * 10))]!;
    bin.rows++;
    bin.confidence += confidence;
    if (label === y[row]) bin.right++;
  });
  return bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.right), 0) / shares.rows;
}
