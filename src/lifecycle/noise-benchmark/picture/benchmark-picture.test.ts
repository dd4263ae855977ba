import { describe, expect, it } from 'vitest';
import { groupedRows } from '../../../nn/testing/rows.js';
import type { BenchmarkMethod } from '../benchmark-options.js';
import type { RunOutcome, RunResult } from '../run-result.js';
import { benchmarkPicture } from './benchmark-picture.js';
import { groupPlaces } from './group-places.js';

const ROWS = 48;
const { source: spectrograms, truth } = groupedRows(ROWS, 3);
const AXES = { durationSecs: 7.5, fminHz: 0, fmaxHz: 11_025, levelUnit: 'dB re maximum' };
const inner = { silhouette: 0.5, calinskiHarabasz: 10, daviesBouldin: 1 };

function result(method: BenchmarkMethod, run: number, outcome: RunOutcome): RunResult {
  return { format: 1, method, run, seed: run, recordings: 'r', options: {}, secs: 1, outcome };
}

function fitted(labels: readonly number[]): RunOutcome {
  return {
    ...{ state: 'fitted', labels: [...labels], activeGroups: new Set(labels).size, largestShare: 0.5 },
    ...{ own: inner, common: { ...inner, silhouette: null }, agreement: { nmi: 0.75, ari: 0, acc: 1 } },
    map: labels.map((label, row) => [label + row / 100, -row]),
  };
}

const collapsed: RunOutcome = { state: 'failed', code: 'MODEL_COLLAPSED', reason: 'One group.' };

function draw(results: readonly RunResult[]) {
  return benchmarkPicture({ spectrograms }, results, { k: 3, axes: AXES });
}

/** Dots, by colour. */
function dots(svg: string): Map<string, number> {
  return new Map(
    [...svg.matchAll(/<path d="((?:M[\d.]+ [\d.]+h0)+)" stroke="(.*?)"/g)].map(
      ([, path, colour]) => [colour!, path!.split('M').length - 1] as const,
    ),
  );
}

describe('the picture of a benchmark', () => {
  it('has a dot for each recording and a spectrogram for each group of a method', async () => {
    const svg = await draw([
      result('kmeans', 1, fitted([...truth])),
      result('kmeans', 2, fitted([...truth])),
    ]);
    expect([...dots(svg).values()]).toEqual([16, 16, 16]);
    // And the bar of levels.
    expect(svg.match(/data:image\/png;base64,/g)).toHaveLength(3 + 1);
    expect(svg).toContain('How each method groups 48 noise recordings (k = 3)');
    for (const said of [
      'run 1 · 3 groups',
      'group 2, 16 recordings',
      'NMI with the classes 0.75',
      '11.0 kHz',
    ])
      expect(svg).toContain(said);
    expect(svg).not.toContain('run 2');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('gives the same sound the same colour in all methods', async () => {
    const renamed = [...truth].map(label => (label + 1) % 3);
    const svg = await draw([result('kmeans', 1, fitted([...truth])), result('gmm', 1, fitted(renamed))]);
    const colours = [...svg.matchAll(/fill="(#\w+)"\/><text[^>]*>group (\d), 16/g)].map(found =>
      found.slice(1),
    );
    const [a, b, c] = ['#1f77b4', '#ff7f0e', '#2ca02c'];
    expect(colours).toEqual([
      ...[
        [a, '0'],
        [b, '1'],
        [c, '2'],
      ],
      ...[
        [a, '1'],
        [b, '2'],
        [c, '0'],
      ],
    ]);
  });

  it('shows the first run that gave groups, and says when none did', async () => {
    const svg = await draw([
      ...[result('gmm', 1, collapsed), result('gmm', 2, fitted([...truth]))],
      ...[result('dec', 1, collapsed), result('dec', 2, collapsed)],
    ]);
    expect(svg).toContain('run 2 · 3 groups');
    expect(svg).toContain('no run gave groups (MODEL_COLLAPSED)');
    expect(await draw([result('dec', 1, collapsed)])).toContain('no run gave groups');
  });

  it('shows the largest of many groups', async () => {
    const labels = Array.from({ length: ROWS }, (_, row) => Math.min(row, 29));
    const svg = await draw([result('kmeans', 1, fitted(labels))]);
    expect(svg).toContain('30 groups (the 10 smallest not shown)');
    expect(svg.match(/data:image\/png;base64,/g)).toHaveLength(20 + 1);
    expect(svg).toContain('group 29, 19 recordings');
    expect(dots(svg).size).toBe(30);
  });

  it('draws recordings that all lie at one place', async () => {
    const outcome = fitted([...truth]) as Extract<RunOutcome, { state: 'fitted' }>;
    const svg = await draw([result('kmeans', 1, { ...outcome, map: outcome.map.map(() => [0, 0]) })]);
    expect(svg).toContain('M107 107h0');
  });
});

describe('places of groups', () => {
  it('go by size in the first method', () => {
    const labels = [4, 4, 4, 7, 9, 9];
    expect(groupPlaces(labels, labels)).toEqual(
      new Map([
        [4, 0],
        [9, 1],
        [7, 2],
      ]),
    );
  });

  it('begin after those of the first method for groups that it has no room for', () => {
    expect(groupPlaces([0, 0, 1, 2, 2, 2], [0, 0, 0, 1, 1, 1])).toEqual(
      new Map([
        [0, 0],
        [1, 2],
        [2, 1],
      ]),
    );
  });
});
