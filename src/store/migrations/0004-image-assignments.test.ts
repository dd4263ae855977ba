import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../migrate.js';
import { createRollup, INTERVALS } from '../rollup.js';
import { assignmentsRollup, eventsRollup, levelsRollup, machineScoresRollup } from '../rollups/index.js';
import { schemaDifferences } from '../schema-check.js';
import { rollupDifferences } from '../status.js';
import { createTable } from '../table.js';
import { imageAssignments, labels, machineScores, TABLES } from '../tables/index.js';
import { imageAssignmentRow, labelRow, machineScoreRow, range } from '../testing/sample-rows.js';
import { openTestStore, type TestStore } from '../testing/test-store.js';
import { machineScoresAndEvidence } from './0003-machine-scores.js';
import { imageAssignmentsAndLabels } from './0004-image-assignments.js';
import type { Migration } from './migration.js';

/** What the steps made before there were pictures. */
const OLD_STEPS: readonly Migration[] = [
  {
    version: 1,
    name: 'tables',
    statements: database =>
      TABLES.filter(table => table !== imageAssignments && table !== labels).map(table =>
        createTable(database, table),
      ),
  },
  {
    version: 2,
    name: 'rollups',
    statements: database =>
      [levelsRollup, eventsRollup, assignmentsRollup, machineScoresRollup].flatMap(rollup =>
        INTERVALS.flatMap(interval => createRollup(database, rollup, interval)),
      ),
  },
  machineScoresAndEvidence,
];

let test: TestStore;

beforeAll(async () => {
  test = await openTestStore();
  expect(await migrate(test.store, { migrations: OLD_STEPS })).toEqual({ applied: [1, 2, 3], version: 3 });
  await test.store.insertBlock(machineScores, range(machineScoreRow, 0, 60), 'scores-1');
});

afterAll(() => test.dispose());

it('brings a database of before to the schema of a new one, and keeps its rows', async () => {
  const { store } = test;
  expect(await schemaDifferences(store)).toEqual([
    'image_assignments is not there.',
    'labels is not there.',
    'image_assignments_1m_data is not there.',
    'image_assignments_1m is not there.',
    'image_assignments_1h_data is not there.',
    'image_assignments_1h is not there.',
  ]);
  // Two members of a cluster start at once.
  expect(await Promise.all([migrate(store), migrate(store)])).toContainEqual({ applied: [4], version: 4 });
  expect(await schemaDifferences(store)).toEqual([]);
  expect(await store.query('SELECT count() AS rows FROM machine_scores')).toEqual([{ rows: 60 }]);
});

it('is followed by the groups of pictures with their rollups, and by what people say', async () => {
  const { store } = test;
  await store.insertBlock(imageAssignments, range(imageAssignmentRow, 0, 60), 'images-1');
  await store.insertBlock(labels, range(labelRow, 0, 4), 'labels-1');
  expect(await store.query('SELECT sum(image_count) AS images FROM image_assignments_1m')).toEqual([
    { images: 60 },
  ]);
  expect(await store.query('SELECT count() AS rows FROM labels')).toEqual([{ rows: 4 }]);
  expect(await rollupDifferences(store)).toEqual([]);
});

it('may be done again, as when it was cut off before it was noted', async () => {
  for (const statement of imageAssignmentsAndLabels.statements(test.store.database))
    await test.store.command(statement);
  expect(await schemaDifferences(test.store)).toEqual([]);
  expect(await test.store.query('SELECT count() AS rows FROM image_assignments')).toEqual([{ rows: 60 }]);
});
