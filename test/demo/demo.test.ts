import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoClock } from '../../src/cli/demo-clock.js';
import type { DemoPicture } from '../../src/cli/demo-picture.js';
import { EXAMPLE_QUERIES } from '../../src/cli/demo-queries.js';
import type { DemoReport, DemoStart } from '../../src/cli/demo-report.js';
import { demoTopology, runDemo } from '../../src/cli/demo-run.js';
import type { DemoSummary } from '../../src/cli/demo-summary.js';
import { adjustedRandScore } from '../../src/cluster/adjusted-rand-score.js';
import type { AnyRecord } from '../../src/records/codec.js';
import { PLANT_CALIBRATION_DB_SPL, PLANT_RATE_HZ, plantMicrophones } from '../../src/simulation/plant.js';
import { loadPlantSounds } from '../../src/simulation/plant-sounds.js';
import { microphoneSeeds } from '../../src/simulation/play-plant.js';
import { microphoneSchedule } from '../../src/simulation/simulated-microphone.js';
import { createLog } from '../../src/telemetry/log.js';
import { type RunningTopology, startTopology } from '../../src/topology/running.js';

/** Runs the demo, faster than life: 50 s of the plant in 13 s, and a second time for a few. */

const SAMPLES = fileURLToPath(new URL('../../samples/', import.meta.url));
const MICROPHONES = 8;
const SPEED = 4;

/** Remembers what it was told. */
class Witness implements DemoReport {
  start: DemoStart | null = null;
  picture: DemoPicture | null = null;
  result: DemoSummary | null = null;
  closed = false;
  #levels = 0;
  readonly #enough: () => void;

  /** @param enough called at the sixteenth row of levels */
  constructor(enough: () => void) {
    this.#enough = enough;
  }

  announce(): void {}
  started(start: DemoStart, picture: DemoPicture): void {
    this.start = start;
    this.picture = picture;
  }
  record({ record }: AnyRecord): void {
    if (record === 'noise-levels' && ++this.#levels === 16) this.#enough();
  }
  tick(): void {}
  close(): void {
    this.closed = true;
  }
  async summary(summary: DemoSummary): Promise<void> {
    this.result = summary;
  }
}

async function run(dataDir: string, forSecs: number | null) {
  const stop = new AbortController();
  // Without a time to end it is ended as by Ctrl-C.
  const witness = new Witness(() => forSecs ?? stop.abort());
  const clock = new DemoClock(SPEED);
  const options = { microphones: MICROPHONES, dataDir, fresh: false, version: 'test', forSecs, clock };
  await runDemo({ ...options, signal: stop.signal }, witness);
  const rows = new Map(witness.result!.tables.map(({ table, ...counts }) => [table, counts]));
  return { start: witness.start!, picture: witness.picture!, summary: witness.result!, rows, witness };
}

let root: string;
let dataDir: string;
let first: Awaited<ReturnType<typeof run>>;
let second: Awaited<ReturnType<typeof run>>;
let running: RunningTopology;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plantsense-demo-'));
  dataDir = join(root, 'demo');
  first = await run(dataDir, 50);
  second = await run(dataDir, null);
  const topology = await demoTopology(dataDir);
  running = await startTopology({
    topology,
    stages: [],
    log: createLog({ level: 'silent' }),
    version: 'test',
    http: false,
  });
}, 120_000);
afterAll(async () => {
  await running?.stop();
  await rm(root, { recursive: true, force: true });
});

describe('a first run of the demo', () => {
  it('stores levels, events and a group for each event, and loses nothing', () => {
    const { rows, summary } = first;
    expect(summary.complete).toBe(true);
    // 8 microphones for 50 s, without the 3 s gap; seconds at both ends are cut in two.
    expect(rows.get('levels')!.rows).toBeGreaterThan(390);
    expect(rows.get('events')!.rows).toBeGreaterThan(60);
    expect(rows.get('assignments')!.rows).toBe(rows.get('events')!.rows);
    expect(rows.get('models')!.rows).toBe(1);
    expect(rows.get('dead_letters')!.rows).toBe(0);
    for (const { rows: all, ofThisRun } of rows.values()) expect(ofThisRun).toBe(all);
  });

  it('puts the events in groups that are the sounds, though it was never told of them', async () => {
    const heard = await running.store.query<{
      sensor: string;
      first: number;
      count: number;
      group: number;
      stream: string;
    }>(`
      SELECT e.sensor AS sensor, first_sample AS first, sample_count AS count, group, stream_id AS stream
      FROM events AS e JOIN assignments AS a ON a.event_id = e.id
      WHERE NOT novel ORDER BY start_time LIMIT 60`);
    const truth = await soundsOf(heard);
    const known = heard
      .map(({ group }, i) => ({ group, sound: truth[i]! }))
      .filter(({ sound }) => sound !== '');
    expect(known.length).toBeGreaterThan(50);
    const sounds = [...new Set(known.map(({ sound }) => sound))];
    const score = adjustedRandScore(
      Int32Array.from(known, ({ sound }) => sounds.indexOf(sound)),
      Int32Array.from(known, ({ group }) => group),
    );
    expect(score).toBeGreaterThan(0.75);
  });

  it('notices what is odd at the microphones', () => {
    const { summary, picture } = first;
    expect(summary.oddities).toContainEqual({ sensor: 'hall-2-south', kind: 'gap', count: 1 });
    expect(summary.oddities).toContainEqual({ sensor: 'boiler-house', kind: 'clock_jump', count: 1 });
    const duplicates = summary.oddities.filter(({ kind }) => kind === 'duplicate');
    expect(duplicates).toEqual([{ sensor: 'wash-bay', kind: 'duplicate', count: expect.any(Number) }]);
    expect(summary.alarms.map(({ sensor, state }) => [sensor, state])).toEqual([
      ['packing', 'raised'],
      ['packing', 'cleared'],
    ]);
    expect([...picture.microphones.keys()]).toHaveLength(MICROPHONES);
  });

  it('shows what it stores', () => {
    const { picture, rows } = first;
    const events = [...picture.microphones.values()].reduce((sum, microphone) => sum + microphone.events, 0);
    expect(events).toBe(rows.get('events')!.rows);
    expect([...picture.groups.values()].reduce((a, b) => a + b)).toBe(rows.get('assignments')!.rows);
    expect(picture.model?.groups).toBeGreaterThanOrEqual(3);
    expect(Object.fromEntries(picture.flow.rows)).toEqual(
      Object.fromEntries(first.summary.tables.map(({ table, rows }) => [table, rows])),
    );
    expect(first.witness.closed).toBe(true);
  });

  it('writes its log to a file, and no errors', async () => {
    const lines = (await readFile(join(dataDir, 'demo.log'), 'utf8')).trimEnd().split('\n');
    const levels = lines.map(line => (JSON.parse(line) as { level: number }).level);
    expect(levels.filter(level => level >= 50)).toEqual([]);
  });
});

describe('a second run of the demo', () => {
  it('continues with the data and the model of the first, until it is stopped', () => {
    const { start, rows, summary } = second;
    expect(start.earlierEvents).toBe(first.rows.get('events')!.rows);
    const { rows: all, ofThisRun } = rows.get('levels')!;
    expect(ofThisRun).toBeGreaterThan(0);
    expect(all - ofThisRun).toBe(first.rows.get('levels')!.rows);
    expect(rows.get('models')).toEqual({ rows: 1, ofThisRun: 0 });
    expect(summary.model).toBe(first.summary.model);
    expect(rows.get('assignments')!.rows).toBe(rows.get('events')!.rows);
  });

  it('suggests queries that work', async () => {
    for (const [, sql] of EXAMPLE_QUERIES) expect((await running.store.query(sql)).length).toBeGreaterThan(0);
  });
});

/** What each event is of, from the plant's schedule; empty when it is of several sounds or none. */
async function soundsOf(
  events: readonly {
    readonly sensor: string;
    readonly first: number;
    readonly count: number;
    readonly stream: string;
  }[],
): Promise<string[]> {
  const at = { sampleRateHz: PLANT_RATE_HZ, calibrationDbSpl: PLANT_CALIBRATION_DB_SPL };
  const specs = plantMicrophones(MICROPHONES, await loadPlantSounds(SAMPLES, at));
  const seeds = microphoneSeeds(1, 0, MICROPHONES);
  return events.map(({ sensor, first, count }) => {
    const i = specs.findIndex(spec => spec.sensor === sensor);
    const names = new Set<string>();
    for (const visit of microphoneSchedule(specs[i]!, seeds[i]!)) {
      if (visit.firstSample >= first + count) break;
      const overlap =
        Math.min(first + count, visit.firstSample + visit.sampleCount) - Math.max(first, visit.firstSample);
      if (overlap > PLANT_RATE_HZ / 4) names.add(visit.source.name);
    }
    return names.size === 1 ? [...names][0]! : '';
  });
}
