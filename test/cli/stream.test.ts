import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeWav } from '../../src/audio/wav.js';
import { openEmbedded } from '../../src/broker/embedded/open.js';
import { Random } from '../../src/random.js';
import { codec } from '../../src/records/codec.js';
import { plantsense, shell, start } from './plantsense.js';

/** From recordings to rows and back, each step a process of its own on one data directory. */

const RATE_HZ = 16_000;
const START = '2026-03-01T08:00:00.000Z';

let directory: string;
let dataDir: string;
let topology: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plantsense-stream-'));
  dataDir = join(directory, 'data');
  topology = join(directory, 'plant.yaml');
  const shipped = readFileSync(
    fileURLToPath(new URL('../../topologies/noise-clustering.yaml', import.meta.url)),
    'utf8',
  );
  // The recordings are of a day long past: retention would delete what is made of them.
  const changed = shipped
    .replaceAll(/retention_hours: \d+/g, 'retention_hours: forever')
    .replace(/^http: .*$/m, 'http: { port: 0 }')
    .replace('unknown: accept', 'unknown: dead_letter\n  by_id: { mic-1: {}, mic-2: {} }');
  writeFileSync(topology, changed);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A recording of three bursts of noise. */
function recording(name: string, seed: number): string {
  const random = new Random(seed);
  const samples = Float32Array.from({ length: 12 * RATE_HZ }, (_, i) => {
    const isLoud = Math.floor(i / RATE_HZ) % 4 === 1;
    return (isLoud ? 0.3 : 0.0003) * (2 * random.next() - 1);
  });
  const path = join(directory, name);
  writeFileSync(path, encodeWav(samples, RATE_HZ));
  return path;
}

/** Runs a command on the data directory that must succeed, and gives its JSON. */
async function json(...args: readonly string[]) {
  const ended = await plantsense(...args, '--data-dir', dataDir, '--json');
  expect([args, ended.stderr, ended.code]).toEqual([args, expect.not.stringContaining('"error"'), 0]);
  return ended.stdout;
}

const lines = (text: string) =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line));

describe('recordings', () => {
  it('are sent, each as a stream of its own, one after the other', async () => {
    const [a, b] = [recording('a.wav', 1), recording('b.wav', 2)];
    const sent = JSON.parse(await json('send', 'audio', a, b, '--sensor', 'mic-1', '--start-time', START));
    expect(sent).toMatchObject({
      topic: 'audio.raw',
      streams: [
        { file: a, durationSecs: 12, chunks: 12, startTimeUs: Date.parse(START) * 1000 },
        { file: b, durationSecs: 12, chunks: 12, startTimeUs: (Date.parse(START) + 12_000) * 1000 },
      ],
    });
    const ids = sent.streams.map(({ streamId }: { streamId: string }) => streamId);
    expect(new Set(ids).size).toBe(2);
    const flags = ['--sensor', 'mic-9', '--start-time', START, '--chunk-ms', '3000', '--topology', topology];
    await json('send', 'audio', a, ...flags);
  });

  it('can be seen in their topic, without the sound or with it', async () => {
    const args = ['tap', 'audio.raw', '--from-beginning', '--until-caught-up'];
    const chunks = lines(await json(...args));
    expect(chunks).toHaveLength(28);
    expect(chunks.filter(({ value }) => value.endOfStream)).toHaveLength(3);
    const mine = chunks.filter(({ key }) => key === 'mic-1');
    expect(mine[0]).toMatchObject({
      record: 'audio-chunk',
      value: { firstSample: 0, samples: '64000 bytes' },
    });
    const [full] = lines(await json(...args, '--full'));
    expect(Buffer.from(full.value.samples, 'base64').length % 64_000).toBe(0);
  });

  it('become events and rows; what can not be used becomes dead letters', async () => {
    const broker = await openEmbedded(dataDir, { mode: 'own' });
    const nan = Buffer.alloc(4 * RATE_HZ);
    nan.writeFloatLE(Number.NaN, 400);
    const chunk = codec('audio-chunk').encode({
      ...{ sensor: 'mic-2', streamId: 's', firstSample: 0, startTimeUs: Date.parse(START) * 1000 },
      ...{
        sampleRateHz: RATE_HZ,
        channels: 1,
        encoding: 'F32LE',
        calibrationDbSpl: null,
        endOfStream: false,
      },
      samples: nan,
    });
    const producer = await broker.producer();
    for (const value of [chunk, Buffer.from('{"json":true}')])
      await producer.send('audio.raw', [{ key: 'mic-2', value, partition: 0 }]);
    await broker.close();

    expect(JSON.parse(await json('run', topology, '--until-caught-up'))).toEqual({
      topology: 'noise-clustering',
      caughtUp: true,
      waiting: ['assign'],
    });
    const events = lines(await json('tap', 'noise.events', '--from-beginning', '--until-caught-up'));
    expect(events).toHaveLength(6);
    expect(events.every(({ key, value }) => key === 'mic-1' && value.closedBy === 'release')).toBe(true);
  });

  it('are asked for in SQL, when nothing runs too', async () => {
    const sql = 'SELECT sensor, count() AS seconds FROM levels GROUP BY sensor ORDER BY sensor';
    expect(lines(await json('db', 'query', sql))).toEqual([{ sensor: 'mic-1', seconds: 24 }]);
  });

  it('that became dead letters are listed, shown, and sent again', async () => {
    const letters = lines(await json('dead-letter', 'list'));
    const codes = letters.map(({ errorCode }) => errorCode).sort();
    expect(codes).toEqual(['AUDIO_NOT_FINITE', 'RECORD_NOT_AVRO', ...new Array(4).fill('SENSOR_UNKNOWN')]);
    const poison = letters.find(({ errorCode }) => errorCode === 'RECORD_NOT_AVRO');
    const shown = await plantsense(
      ...['dead-letter', 'show', 'audio.raw.dead-letter', `${poison.partition}/${poison.offset}`],
      ...['--data-dir', dataDir],
    );
    expect(shown.stdout).toContain('{"json":true}');
    const args = ['dead-letter', 'replay', 'audio.raw.dead-letter', '--code', 'SENSOR_UNKNOWN'];
    expect(JSON.parse(await json(...args))).toEqual({ replayed: { 'audio.raw': 4 } });
    const topics = JSON.parse(await json('topics', 'list'));
    expect(topics.find(({ name }: { name: string }) => name === 'audio.raw').messages).toBe(34);
    expect(JSON.parse(await json('topics', 'check', topology))).toMatchObject({ ok: true });
  });
});

describe('models', () => {
  it('are trained on recordings, announced, listed, shown, and rolled back', async () => {
    const files = Array.from({ length: 20 }, (_, i) => recording(`train-${i}.wav`, i));
    const flags = ['--groups', '2', '--model', 'kmeans'];
    const first = JSON.parse(await json('train', 'noise', ...files, ...flags));
    expect(first).toMatchObject({
      kind: 'kmeans',
      events: 20,
      announcement: { state: 'promoted', activeFromUs: 0 },
    });
    const second = JSON.parse(await json('train', 'noise', ...files, ...flags, '--seed', '2'));
    expect(second.parent).toBe(first.version);
    const listed = async () =>
      JSON.parse(await json('models', 'list')).map((model: Record<string, unknown>) => [
        model.version,
        model.active,
      ]);
    expect(await listed()).toEqual([
      [first.version, false],
      [second.version, true],
    ]);
    expect(JSON.parse(await json('models', 'show'))).toMatchObject({ active: true, card: { seed: 2 } });
    const back = JSON.parse(await json('models', 'rollback', '--reason', 'a test'));
    expect(back).toMatchObject({ retired: second.version, active: first.version });
    expect(await listed()).toEqual([
      [first.version, true],
      [second.version, false],
    ]);
  });
});

describe('beside a topology that runs', () => {
  it('commands work, it goes on, and Ctrl-C in its terminal ends it in good order', async () => {
    const running = start('run', topology, '--data-dir', dataDir);
    await running.until(/noise-clustering runs/);
    const query = (...args: string[]) => plantsense('db', 'query', ...args, '--data-dir', dataDir);
    const sql = "SELECT sensor, count() AS seconds FROM levels WHERE sensor = 'mic-1' GROUP BY sensor";
    const [table, csv, mistake, status, migrate, tap, second] = await Promise.all([
      query(sql),
      query(sql, '--format', 'CSV'),
      query('SELECT nothing'),
      json('db', 'status').then(JSON.parse),
      json('db', 'migrate').then(JSON.parse),
      // Without an end of its own it would wait for a record that no one reads, where all were in the pipe before it closed.
      shell(
        `$plantsense tap audio.raw --from-beginning --until-caught-up --json --data-dir ${dataDir} | head -n 1`,
      ),
      plantsense('run', topology, '--data-dir', dataDir),
    ]);
    expect(table).toEqual({ code: 0, stdout: 'sensor\tseconds\nmic-1\t24\n', stderr: '' });
    expect(csv).toEqual({ code: 0, stdout: '"mic-1",24\n', stderr: '' });
    expect(mistake).toMatchObject({ code: 1, stdout: '' });
    expect(mistake.stderr).toMatch(/^STORE_QUERY_FAILED: .*nothing/);
    expect(status).toMatchObject({ ok: true, differences: [] });
    expect(status.tables.find((each: { table: string }) => each.table === 'events').rows).toBe(6);
    expect(migrate).toMatchObject({ database: 'plantsense', applied: [] });
    // Nobody reads what comes after the first line: it ends without a word.
    expect(tap).toMatchObject({ code: 0, stderr: '' });
    expect(lines(tap.stdout)).toHaveLength(1);
    expect(second.code).toBe(3);
    expect(second.stderr).toMatch(/^DATA_DIR_IN_USE: /);
    // In a terminal every process of the group gets it, the store's too, which has to take the last rows.
    process.kill(-running.process.pid!, 'SIGINT');
    const ended = await running.ended;
    expect([ended.code, ended.stdout]).toEqual([0, '']);
    expect(ended.stderr).not.toMatch(/"level":[56]0/);
  });

  it('a tap that follows ends with 0 when it is stopped, a recording that was not sent to its end with 130', async () => {
    const owner = await openEmbedded(dataDir, { mode: 'own' });
    const tap = start('tap', 'audio.raw', '--from-beginning', '--data-dir', dataDir, '--json');
    const path = recording('live.wav', 3);
    const send = start(
      'send',
      'audio',
      path,
      '--sensor',
      'mic-live',
      '--speed',
      'realtime',
      '--data-dir',
      dataDir,
    );
    await tap.until(/"sensor":"mic-live".*"firstSample":0/);
    process.kill(-send.process.pid!, 'SIGINT');
    expect(await send.ended).toMatchObject({ code: 130, stdout: '', stderr: '' });
    // The stream was ended where it stopped.
    await tap.until(/"sensor":"mic-live".*"endOfStream":true,"samples":"0 bytes"/);
    process.kill(-tap.process.pid!, 'SIGTERM');
    expect(await tap.ended).toMatchObject({ code: 0, stderr: '' });
    await owner.close();
    // Without an owner there is nothing to follow, and a tap must not become one: it would keep a topology away.
    const alone = await plantsense('tap', 'audio.raw', '--data-dir', dataDir);
    expect(alone).toMatchObject({ code: 3, stderr: expect.stringMatching(/^BROKER_UNAVAILABLE: /) });
  });
});
