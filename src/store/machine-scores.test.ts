import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore, type Store } from './client.js';
import { migrate } from './migrate.js';
import { rollupDifferences } from './status.js';
import { EVIDENCE_COLUMNS } from './tables/evidence-columns.js';
import { alarms, machineScores } from './tables/index.js';
import { alarmRow, machineScoreRow, range } from './testing/sample-rows.js';
import { openTestStore, readText, type TestStore } from './testing/test-store.js';

const ROWS = 200;

let test: TestStore;

beforeAll(async () => {
  test = await openTestStore();
  await migrate(test.store);
  await test.store.insertBlock(machineScores, range(machineScoreRow, 0, ROWS), 'scores-1');
  await test.store.insertBlock(alarms, range(alarmRow, 0, 10), 'alarms-1');
});

afterAll(() => test.dispose());

describe('the table of machine scores', () => {
  it('has what each detector says of a segment, to be read as a row each', async () => {
    const rows = await test.store.query(`
      SELECT segment_id, residual, band_residuals, verdict, name, segments, mean, threshold, provisional, called, alarm
      FROM machine_scores
      ARRAY JOIN
        detector AS name, detector_segments AS segments, detector_mean_residual AS mean,
        detector_threshold AS threshold, detector_provisional AS provisional, detector_verdict AS called,
        detector_alarm AS alarm
      WHERE source_offset IN (150, 159) ORDER BY source_offset, segments`);
    const abnormal = {
      segment_id: 'segment-150',
      residual: 0.25,
      band_residuals: [0.125, 0.375],
      verdict: 'abnormal',
    };
    const off = { segment_id: 'segment-159', residual: null, band_residuals: [], verdict: 'off' };
    const sudden = { name: 'sudden', segments: 1, threshold: 0.25, provisional: false, alarm: false };
    const creeping = { name: 'creeping', segments: 20, threshold: 0.2, provisional: true, alarm: true };
    expect(rows).toEqual([
      { ...abnormal, ...sudden, mean: 0.25, called: 'abnormal' },
      { ...abnormal, ...creeping, mean: null, called: 'unknown' },
      { ...off, ...sudden, mean: null, called: 'off' },
      { ...off, ...creeping, mean: null, called: 'off' },
    ]);
  });
});

describe('the rollup of machine scores', () => {
  it('shows a machine age: the mean residual of each model, beside the thresholds it was held against', async () => {
    const rows = await test.store.query<Record<string, unknown>>(
      "SELECT * EXCEPT time, toHour(time) AS hour FROM machine_scores_1h WHERE sensor = 'press-1' ORDER BY time, model_version",
    );
    const expected = [
      { hour: 0, model_version: 'v1', from: 0, to: 100 },
      { hour: 0, model_version: 'v2', from: 100, to: 120 },
      { hour: 1, model_version: 'v2', from: 120, to: ROWS },
    ].map(({ hour, model_version, from, to }) => {
      const of = range(machineScoreRow, from, to).filter(({ record }) => record.sensor === 'press-1');
      const residuals = of.flatMap(({ record }) => record.residual ?? []);
      return {
        hour,
        model_version,
        sensor: 'press-1',
        segment_count: of.length,
        off_count: of.length - residuals.length,
        abnormal_count: of.filter(({ record }) => record.verdict === 'abnormal').length,
        mean_residual: expect.closeTo(residuals.reduce((sum, each) => sum + each, 0) / residuals.length, 12),
        max_residual: Math.max(...residuals),
        clipped_samples: of.reduce((sum, { record }) => sum + record.clippedSamples, 0),
        thresholds: { sudden: 0.25, creeping: 0.2 },
      };
    });
    expect(rows).toEqual(expected);
  });

  it('comes out the same, byte for byte, in whatever order and blocks the rows came in', async () => {
    const rollup = (store: Store) =>
      Promise.all(
        ['1m', '1h'].map(interval =>
          readText(store, `SELECT * FROM machine_scores_${interval} ORDER BY ALL`),
        ),
      );
    const other = connectStore({ ...test.store.address, database: 'other_order' });
    await migrate(other);
    for (const part of [3, 0, 2, 1]) {
      const rows = range(machineScoreRow, 0, ROWS).filter((_, i) => i % 4 === part);
      await other.insertBlock(machineScores, rows.reverse(), `scores-${part}`);
    }
    expect(await rollup(other)).toEqual(await rollup(test.store));
    await other.command('DROP DATABASE other_order');
    await other.close();
  });

  it('says nothing of the residual where the machine was off all the time, and holds any number', async () => {
    const scored = machineScoreRow(0);
    const off = machineScoreRow(9);
    const huge = { ...scored.record, sensor: 'huge', residual: 1e300, detectors: [] };
    const rows = [
      { ...off, record: { ...off.record, sensor: 'still' } },
      { source: { partition: 0, offset: 1e6, index: 0 }, record: huge },
    ];
    await test.store.insertBlock(machineScores, rows, 'odd-scores');
    const found = await test.store.query(
      "SELECT sensor, off_count, mean_residual, max_residual, thresholds FROM machine_scores_1m WHERE sensor IN ('still', 'huge') ORDER BY sensor",
    );
    expect(found).toEqual([
      {
        sensor: 'huge',
        off_count: 0,
        mean_residual: expect.closeTo(1e15, 0),
        max_residual: 1e300,
        thresholds: {},
      },
      {
        sensor: 'still',
        off_count: 1,
        mean_residual: null,
        max_residual: null,
        thresholds: { sudden: 0.25, creeping: 0.2 },
      },
    ]);
    expect(await rollupDifferences(test.store)).toEqual([]);
  });
});

describe('the table of alarms', () => {
  it('has what the alarm of a machine rests on, and nothing for other alarms', async () => {
    const columns = EVIDENCE_COLUMNS.map(({ name }) => name).join(', ');
    const [machine, microphone] = await test.store.query<Record<string, unknown>>(
      `SELECT ${columns}, toUnixTimestamp64Micro(peak_time) AS peakUs FROM alarms WHERE source_offset IN (4, 5) ORDER BY source_offset`,
    );
    expect(machine).toMatchObject({
      detector: 'creeping',
      segments: 20,
      means: 21,
      mean_residual: 0.375,
      peak_mean: 0.5,
      peak_residual: 0.75,
      peakUs: alarmRow(4).record.evidence!.peakUs,
      band_low_hz: [2037.5, 0],
      band_high_hz: [2292.1875, 254.6875],
      band_residual: [1.5, 0.5],
      band_normal_residual: [0.25, 0.1],
      clip_uri: 'press-0/segment-7.flac',
      closed_by: null,
    });
    const nothing = Object.values(microphone!).filter(value =>
      Array.isArray(value) ? value.length > 0 : value !== null,
    );
    expect(nothing).toEqual([]);
  });
});

describe('the page of machines', () => {
  it('has queries that work', async () => {
    const page = readFileSync(new URL('../../docs/machines.md', import.meta.url), 'utf8');
    const queries = [...page.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) =>
      sql!.replace('press-7', 'press-1'),
    );
    expect(queries).toHaveLength(3);
    for (const sql of queries) expect((await test.store.query(sql)).length).toBeGreaterThan(0);
  });
});
