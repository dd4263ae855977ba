import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../migrate.js';
import { createRollup, INTERVALS } from '../rollup.js';
import { assignmentsRollup, eventsRollup, levelsRollup } from '../rollups/index.js';
import { schemaDifferences } from '../schema-check.js';
import { rollupDifferences } from '../status.js';
import { createTable, INGESTED_AT, type Table } from '../table.js';
import {
  alarms,
  assignments,
  deadLetters,
  events,
  levels,
  machineScores,
  models,
  stageMetrics,
} from '../tables/index.js';
import { alarmRow, levelRow, machineScoreRow, range } from '../testing/sample-rows.js';
import { openTestStore, type TestStore } from '../testing/test-store.js';
import { machineScoresAndEvidence } from './0003-machine-scores.js';
import type { Migration } from './migration.js';

const OLD_ALARM_COLUMNS = [
  'id',
  'sensor',
  'time',
  'kind',
  'state',
  'severity',
  'message',
  'value',
  'threshold',
  'subject_id',
  'model_version',
  'source_partition',
  'source_offset',
  'source_index',
];
const oldAlarms: typeof alarms = {
  ...alarms,
  columns: alarms.columns
    .filter(({ name }) => OLD_ALARM_COLUMNS.includes(name))
    .map(column =>
      column.name === 'kind' ? { ...column, comment: 'What is wrong: sensor-silent, drift ...' } : column,
    ),
};
const OLD_TABLES: readonly Table<never>[] = [
  levels,
  events,
  assignments,
  oldAlarms,
  models,
  deadLetters,
  stageMetrics,
];

/** What the first two steps made before there were machines. */
const OLD_STEPS: readonly Migration[] = [
  {
    version: 1,
    name: 'tables',
    statements: database => OLD_TABLES.map(table => createTable(database, table)),
  },
  {
    version: 2,
    name: 'rollups',
    statements: database =>
      [levelsRollup, eventsRollup, assignmentsRollup].flatMap(rollup =>
        INTERVALS.flatMap(interval => createRollup(database, rollup, interval)),
      ),
  },
];

let test: TestStore;

beforeAll(async () => {
  test = await openTestStore();
  expect(await migrate(test.store, { migrations: OLD_STEPS })).toEqual({ applied: [1, 2], version: 2 });
  await test.store.insertBlock(oldAlarms, range(alarmRow, 0, 4), 'alarms-1');
  await test.store.insertBlock(levels, range(levelRow, 0, 40), 'levels-1');
});

afterAll(() => test.dispose());

const alarmRows = () =>
  test.store.query<Record<string, unknown>>(
    'SELECT id, message, value, detector, first_time, band_low_hz, closed_by FROM alarms ORDER BY source_offset',
  );

it('brings a database of before to the schema of a new one, and keeps its rows', async () => {
  const { store } = test;
  const differences = await schemaDifferences(store);
  expect(differences).toContain('alarms.detector is not there.');
  expect(differences).toContain('alarms.kind has another comment.');
  expect(differences).toContain('machine_scores is not there.');
  expect(differences).toContain('machine_scores_1h is not there.');

  // Two members of a cluster start at once.
  expect(await Promise.all([migrate(store), migrate(store)])).toContainEqual({
    applied: [3, 4],
    version: 4,
  });
  expect(await schemaDifferences(store)).toEqual([]);
  const columns = await store.query<{ name: string }>(
    "SELECT name FROM system.columns WHERE database = {database:String} AND table = 'alarms' ORDER BY position",
    { parameters: { database: store.database } },
  );
  const defined = [...alarms.columns, INGESTED_AT].map(({ name }) => name);
  expect(columns.map(({ name }) => name)).toEqual(defined);

  const rows = await alarmRows();
  expect(rows.map(({ id }) => id)).toEqual(['alarm-0', 'alarm-1', 'alarm-2', 'alarm-3']);
  const without = { detector: null, first_time: null, band_low_hz: [], closed_by: null };
  for (const row of rows) expect(row).toMatchObject({ message: 'Something is wrong.', ...without });
  expect(rows.map(({ value }) => value)).toEqual([0.5, null, 0.5, null]);
});

it('is followed by rows with the new columns, and scores with their rollups', async () => {
  const { store } = test;
  await store.insertBlock(alarms, range(alarmRow, 4, 6), 'alarms-2');
  await store.insertBlock(machineScores, range(machineScoreRow, 0, 60), 'scores-1');
  expect((await alarmRows()).slice(3)).toMatchObject([
    { id: 'alarm-3', detector: null },
    { id: 'alarm-4', detector: 'creeping', band_low_hz: [2037.5, 0] },
    { id: 'alarm-5', detector: null, band_low_hz: [] },
  ]);
  expect(await store.query('SELECT sum(segment_count) AS segments FROM machine_scores_1m')).toEqual([
    { segments: 60 },
  ]);
  expect(await rollupDifferences(store)).toEqual([]);
});

it('may be done again, as when it was cut off before it was noted', async () => {
  const before = await alarmRows();
  for (const statement of machineScoresAndEvidence.statements(test.store.database))
    await test.store.command(statement);
  expect(await schemaDifferences(test.store)).toEqual([]);
  expect(await alarmRows()).toEqual(before);
});
