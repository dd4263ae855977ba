import { describe, expect, it } from 'vitest';
import type { AnyRecord } from '../records/codec.js';
import { JsonReport } from './demo-json.js';
import { LinesReport } from './demo-lines.js';
import { DemoPicture } from './demo-picture.js';
import type { DemoReport, DemoStart } from './demo-report.js';
import type { DemoSummary } from './demo-summary.js';
import { Output } from './output.js';
import {
  assignment,
  event,
  imageAssignment,
  imageModel,
  levels,
  machineAlarm,
  machineModel,
  machineScore,
  model,
} from './testing/demo-records.js';
import { Kept } from './testing/run-in-process.js';

const START: DemoStart = {
  microphones: 8,
  machines: 2,
  cameras: 1,
  forSecs: 60,
  dataDir: '.plantsense/demo',
  logFile: '.plantsense/demo/demo.log',
  thresholdDb: 80,
  earlierEvents: 0,
  noNetwork: null,
  storeUrl: 'http://127.0.0.1:8123',
  httpUrl: 'http://127.0.0.1:9464',
};
const SUMMARY: DemoSummary = {
  tables: [{ table: 'levels', rows: 8, ofThisRun: 8 }],
  groups: [],
  alarms: [],
  oddities: [],
  machines: [],
  cameras: [],
  deadLetters: [],
  model: null,
  complete: true,
};

/** A short run, as `report` is told of it. */
async function run(report: DemoReport, start: DemoStart, records: readonly AnyRecord[]): Promise<void> {
  const picture = new DemoPicture([]);
  picture.flow = { ...picture.flow, chunksPerSec: 16, bytesPerSec: 256_000, lag: new Map([['store', 3]]) };
  picture.learning = { events: 4, eventsNeeded: 30, detail: null };
  report.announce(start);
  report.preparing('TensorFlow is fetched.');
  report.started(start, picture);
  report.tick({ nowUs: 0, elapsedSecs: 3 }, picture);
  for (const record of records) {
    picture.take(record);
    report.record(record, picture);
  }
  report.tick({ nowUs: 0, elapsedSecs: 10.2 }, picture);
  report.close();
  await report.summary(SUMMARY, start.dataDir);
}

const RECORDS = [
  levels('a'),
  event('one', 'a', { lafmaxDb: 97, durationSecs: 2.14 }),
  assignment('one', { sensor: 'a' }),
  assignment('earlier', { sensor: 'b', group: null, novel: true }),
];

describe('LinesReport', () => {
  async function lines(start: DemoStart = START, records: readonly AnyRecord[] = RECORDS) {
    const [stdout, stderr] = [new Kept(), new Kept()];
    const report = new LinesReport(new Output(stdout), new Output(stderr), args => `plantsense ${args}`);
    await run(report, start, records);
    return { stdout: stdout.text, stderr: stderr.text };
  }

  it('tells what is about to happen, what happens, and keeps the answer for standard output', async () => {
    const { stdout, stderr } = await lines();
    expect(
      stderr,
    ).toBe(`Plantsense demo: a small plant with 8 simulated microphones, 2 machines and 1 camera, for 1:00.
Sound and pictures go in; levels, loud events, groups of events that sound alike, alarms of machines and groups of
pictures that look alike come out.
Broker and store run in here and keep their data in .plantsense/demo. The log is .plantsense/demo/demo.log.
It takes a few seconds to start.
TensorFlow is fetched.
It starts with nothing: a network learns the groups from what it hears in its first half minute.
Status page: http://127.0.0.1:9464   ClickHouse: http://127.0.0.1:8123
0:03  a               97 dB for 2.1 s: group 2 (97 %)
0:03  b              an earlier event: novel
0:10  16 chunks/s, 256 kB/s, lag 3. No model yet: 4 of 30 events.
`);
    expect(stdout).toContain('Stored in .plantsense/demo:\n');
  });

  it('says that it continues', async () => {
    const { stderr } = await lines({ ...START, earlierEvents: 1214, forSecs: null });
    expect(stderr).toContain('until Ctrl-C.\n');
    expect(stderr).toContain('It continues with 1,214 events of earlier runs.\n');
  });

  it('says what is missing where no network can learn, that a mixture does, and no machine is heard', async () => {
    const { stderr } = await lines({ ...START, noNetwork: 'COMPILER_MISSING: There is none. Get one.' });
    expect(stderr).toContain(
      'No network learns the groups but a Gaussian mixture, and the machines are left out: TensorFlow is missing. COMPILER_MISSING: There is none. Get one.\n' +
        'It starts with nothing: a mixture learns the groups',
    );
  });

  it('tells of a model once there is one', async () => {
    const { stderr } = await lines(START, [model()]);
    expect(stderr).toContain('0:03  The model in use has 5 groups: The first model, of 30 events.\n');
    expect(stderr).not.toContain('No model yet');
  });
});

describe('LinesReport of machines', () => {
  it('tells how far their first models are', async () => {
    const stderr = new Kept();
    const report = new LinesReport(new Output(new Kept()), new Output(stderr), args => `plantsense ${args}`);
    const picture = new DemoPicture([], ['press-1']);
    picture.machineLearning = 'learns press-1 after 96 segments, has 40';
    report.tick({ nowUs: 0, elapsedSecs: 30 }, picture);
    expect(stderr.text).toContain('0:30  Machines: learns press-1 after 96 segments, has 40.\n');
  });

  it('tells of their models, how they are, and their alarms with what they rest on', async () => {
    const stderr = new Kept();
    const report = new LinesReport(new Output(new Kept()), new Output(stderr), args => `plantsense ${args}`);
    await run(report, START, [
      machineModel('press-1'),
      machineScore('press-1'),
      machineAlarm('a', 'press-1', 'creeping'),
      machineAlarm('a', 'press-1', 'creeping', { state: 'cleared', message: 'It was released.' }),
    ]);
    const text = stderr.text;
    expect(text.slice(text.indexOf('0:03'))).toBe(
      `0:03  The model of press-1 is promoted: The first model, of 96 segments.
0:03  press-1        alarm raised: The mean of 20 segments is 0.71, above the threshold of 0.5. Worst at 2547 to 3056 Hz, 2038 to 2547 Hz.
0:03  press-1        alarm cleared: It was released.
0:10  16 chunks/s, 256 kB/s, lag 3. No model yet: 4 of 30 events.
0:10  press-1        normal: sudden 0.45 of 0.60, creeping 0.44 of 0.50
`,
    );
  });
});

describe('LinesReport of cameras', () => {
  const lines = async (told: (report: LinesReport, picture: DemoPicture) => void) => {
    const stderr = new Kept();
    const report = new LinesReport(new Output(new Kept()), new Output(stderr), args => `plantsense ${args}`);
    const picture = new DemoPicture([], [], ['strip-camera']);
    picture.flow = { ...picture.flow, imagesPerSec: 2.5 };
    told(report, picture);
    report.tick({ nowUs: 0, elapsedSecs: 30 }, picture);
    return stderr.text;
  };

  it('tells how far the first model is', async () => {
    const text = await lines((_, picture) => {
      picture.imageLearning = 'learns its first model after 80 images, has 40';
    });
    expect(text).toContain(
      '0:30  strip-camera   2.5 images/s, learns its first model after 80 images, has 40\n',
    );
  });

  it('tells of the model, of novel pictures, and how many each group has', async () => {
    const text = await lines((report, picture) => {
      for (const record of [
        imageModel(),
        imageAssignment('one', [0, 1]),
        imageAssignment('two', [2]),
        imageAssignment('three', [2]),
        imageAssignment('four', [], { noveltyScore: 1.42 }),
      ]) {
        picture.take(record);
        report.record(record, picture);
      }
    });
    expect(text.replace(/^.*chunks.*\n/m, '')).toBe(
      `0:00  The model of pictures has 4 groups: The first model, of 80 images.
0:00  strip-camera   picture four: novel, 1.4 times as far from a group as its own are
0:30  strip-camera   2.5 images/s, groups 0/1 1, 2 2, novel 1
`,
    );
  });
});

describe('JsonReport', () => {
  it('is a line of JSON for everything, and nothing else', async () => {
    const stdout = new Kept();
    await run(new JsonReport(new Output(stdout)), START, RECORDS);
    const lines = stdout.text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ type }) => type)).toEqual([
      'preparing',
      'start',
      'progress',
      'noise-levels',
      'noise-event',
      'noise-assignment',
      'noise-assignment',
      'progress',
      'summary',
    ]);
    expect(lines[0]).toMatchObject({ line: 'TensorFlow is fetched.' });
    expect(lines[1]).toMatchObject({ earlierEvents: 0, noNetwork: null, storeUrl: 'http://127.0.0.1:8123' });
    expect(lines[2]).toMatchObject({ elapsedSecs: 3, chunksPerSec: 16, lag: { store: 3 }, model: null });
    expect(lines.at(-1)).toMatchObject({ dataDir: '.plantsense/demo', complete: true });
  });
});
