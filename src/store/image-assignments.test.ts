import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore, type Store } from './client.js';
import { migrate } from './migrate.js';
import { imageAssignments, labels } from './tables/index.js';
import { imageAssignmentRow, labelRow, range } from './testing/sample-rows.js';
import { openTestStore, readText, type TestStore } from './testing/test-store.js';

const ROWS = 200;

let test: TestStore;

beforeAll(async () => {
  test = await openTestStore();
  await migrate(test.store);
  await test.store.insertBlock(imageAssignments, range(imageAssignmentRow, 0, ROWS), 'images-1');
  await test.store.insertBlock(labels, range(labelRow, 0, 4), 'labels-1');
});

afterAll(() => test.dispose());

describe('the table of image assignments', () => {
  it('tells a sub-group, a novel picture and one that no model has looked at apart', async () => {
    const rows = await test.store.query(`
      SELECT frame_id, group, path, probability, novel, novelty_score, suspected_label, near_label, model_version,
        runner_up_path, runner_up_probability
      FROM image_assignments WHERE source_offset IN (6, 33, 40) ORDER BY source_offset`);
    expect(rows).toEqual([
      {
        ...{
          frame_id: 'frame-6',
          group: null,
          path: '',
          probability: null,
          novel: false,
          novelty_score: null,
        },
        ...{ suspected_label: null, near_label: 'scratch', model_version: null },
        ...{ runner_up_path: [], runner_up_probability: [] },
      },
      {
        ...{
          frame_id: 'frame-33',
          group: 0,
          path: '0/1',
          probability: 0.5625,
          novel: false,
          novelty_score: 0.5,
        },
        ...{ suspected_label: 'scratch', near_label: 'scratch', model_version: 'v1' },
        ...{ runner_up_path: ['1'], runner_up_probability: [0.125] },
      },
      {
        ...{ frame_id: 'frame-40', group: null, path: '', probability: 0.5, novel: true, novelty_score: 1.5 },
        ...{ suspected_label: null, near_label: null, model_version: 'v1' },
        ...{ runner_up_path: ['2'], runner_up_probability: [0.125] },
      },
    ]);
  });
});

describe('the rollup of image assignments', () => {
  it('counts the pictures of each group and label, novel ones apart, and averages over those that have a value', async () => {
    const rows = await test.store.query<Record<string, unknown>>(
      "SELECT * EXCEPT time FROM image_assignments_1h WHERE sensor = 'cam-1' AND time = '2026-01-01 00:00:00' ORDER BY group, path, model_version",
    );
    const of = range(imageAssignmentRow, 0, 120)
      .map(({ record }) => record)
      .filter(({ sensor }) => sensor === 'cam-1');
    const mean = (values: readonly number[]) =>
      values.length === 0
        ? null
        : expect.closeTo(values.reduce((sum, each) => sum + each, 0) / values.length, 7);
    const row = (group: number, path: string, version: string) => {
      const its = of.filter(each => each.path.join('/') === path && (each.modelVersion ?? '') === version);
      return {
        ...{ sensor: 'cam-1', group, path, model_version: version },
        suspected_label: its[0]!.suspectedLabel ?? '',
        image_count: its.length,
        novel_count: its.filter(({ novel }) => novel).length,
        mean_probability: mean(its.flatMap(({ probability }) => probability ?? [])),
        mean_label_confidence: mean(its.flatMap(({ labelConfidence }) => labelConfidence ?? [])),
      };
    };
    // Every tenth picture, a novel one, is of the other camera.
    expect(rows).toEqual([row(-1, '', ''), row(0, '0/1', 'v1'), row(1, '1', 'v1'), row(2, '2', 'v1')]);
    const novel = await test.store.query(
      "SELECT sum(novel_count) AS novel, sum(image_count) AS images FROM image_assignments_1m WHERE sensor = 'cam-0' AND group = -1 AND model_version != ''",
    );
    expect(novel).toEqual([{ novel: 17, images: 17 }]);
  });

  it('comes out the same, byte for byte, in whatever order and blocks the rows came in', async () => {
    const rollup = (store: Store) => readText(store, 'SELECT * FROM image_assignments_1m ORDER BY ALL');
    const other = connectStore({ ...test.store.address, database: 'other_order' });
    await migrate(other);
    for (const part of [3, 0, 2, 1]) {
      const rows = range(imageAssignmentRow, 0, ROWS).filter((_, i) => i % 4 === part);
      await other.insertBlock(imageAssignments, rows.reverse(), `images-${part}`);
    }
    expect(await rollup(other)).toEqual(await rollup(test.store));
    await other.command('DROP DATABASE other_order');
    await other.close();
  });
});

describe('the table of labels', () => {
  it('gives the groups of pictures the names that people gave them', async () => {
    const rows = await test.store.query(`
      SELECT path, name, count() AS images
      FROM image_assignments
      INNER JOIN (
        SELECT subject_id, argMax(label, time) AS name FROM labels
        WHERE subject = 'group' AND action = 'name' GROUP BY subject_id
      ) AS names ON names.subject_id = path
      GROUP BY path, name`);
    const images = range(imageAssignmentRow, 0, ROWS).filter(({ record }) => record.path.join('/') === '0/1');
    expect(rows).toEqual([{ path: '0/1', name: 'scratch', images: images.length }]);
  });
});
