import { describe, expect, it } from 'vitest';
import type { MachineScore } from '../records/types.js';
import { DemoPicture } from './demo-picture.js';
import { groupStyle, liveView, type ViewContext } from './live-view.js';
import { plainText } from './live-view-text.js';
import {
  assignment,
  event,
  imageAssignment,
  levels,
  machineAlarm,
  machineScore,
  model,
  START_US,
} from './testing/demo-records.js';

const SENSORS = ['hall-1-north', 'hall-1-south', 'packing'];
const CONTEXT: ViewContext = {
  columns: 92,
  rows: 24,
  nowUs: START_US + 2_000_000,
  elapsedSecs: 34,
  totalSecs: 60,
  utcOffsetMinutes: 0,
  thresholdDb: 80,
  noNetwork: null,
  httpUrl: 'http://127.0.0.1:9464',
  storeUrl: 'http://127.0.0.1:8123',
};

function pictureOf(...records: Parameters<DemoPicture['take']>[0][]): DemoPicture {
  const picture = new DemoPicture(SENSORS);
  for (const record of records) picture.take(record);
  return picture;
}

const shown = (picture: DemoPicture, changes: Partial<ViewContext> = {}) =>
  liveView(picture, { ...CONTEXT, ...changes }).map(line => plainText(line).trimEnd());

describe('liveView', () => {
  it('shows a plant at work', () => {
    const picture = pictureOf(
      levels('hall-1-north', { laeqDb: 91 }),
      levels('hall-1-south', { laeqDb: 66.4 }),
      levels('packing', { laeqDb: null, silent: true }),
      model(),
      event('a', 'hall-1-north', { lafmaxDb: 97.6, durationSecs: 1.8 }),
      event('b', 'hall-1-south', { onsetTimeUs: START_US + 3_000_000, durationSecs: 12.04 }),
      event('c', 'hall-1-north', { onsetTimeUs: START_US + 4_000_000 }),
      assignment('a', { group: 2, probability: 0.974 }),
      assignment('b', { group: null, novel: true }),
    );
    picture.takeNotice('hall-1-south', 'gap', 1, 0);
    picture.takeNotice('hall-1-south', 'duplicate', 12, 0);
    picture.flow = {
      chunksPerSec: 16.2,
      bytesPerSec: 257_000,
      imagesPerSec: 0,
      lag: new Map([
        ['listen', 0],
        ['store', 1234],
      ]),
      delaySecs: { median: 1.12, p99: 1.68 },
      rows: new Map([
        ['levels', 240],
        ['events', 3],
      ]),
    };
    expect(shown(picture, { rows: 18 })).toEqual([
      'Plantsense demo · 3 simulated microphones · 0:34 of 1:00                      Ctrl-C ends it',
      '                50           70           90              dB(A)',
      'hall-1-north    ███████████████████████████·········  91 dB  2 events',
      'hall-1-south    ███████████·········┊···············  66 dB  1 event    1 gap  12 duplicates',
      'packing         ····················┊···············   –     only zeros  0 events',
      '',
      'Latest events',
      '14:00:04  hall-1-north    96 dB   1.8 s  waits for a group',
      '14:00:03  hall-1-south    96 dB  12.0 s  ◆ novel: like nothing in the model',
      '14:00:00  hall-1-north    98 dB   1.8 s  ■ group 2   97 %',
      '',
      '',
      'Model   5 groups found by a Gaussian mixture, version v0001-abc',
      'Groups  ■ 2 1   ◆ novel 1',
      'Flow    16 chunks/s, 257 kB/s   from sound to row 1.1 s (p99 1.7 s)',
      'Lag     listen 0   store 1,234',
      'Stored  levels 240   events 3',
      'Open    status page http://127.0.0.1:9464   ClickHouse http://127.0.0.1:8123',
    ]);
  });

  it('shows machines below the microphones: residuals, what each detector says, and alarms with their evidence', () => {
    const picture = new DemoPicture(['hall-1-north'], ['press-1', 'press-2', 'press-3']);
    const heard = (sensor: string, residuals: readonly number[], last: Partial<MachineScore> = {}) => {
      for (const residual of residuals) picture.take(machineScore(sensor, { residual, ...last }));
    };
    const creeping = { provisional: false, verdict: 'abnormal', alarm: true } as const;
    heard('press-1', [0.1, 0.2, 0.3, 0.45, 0.55, 0.75, 0.9, 3], {
      verdict: 'abnormal',
      detectors: [
        { ...creeping, detector: 'sudden', segments: 1, meanResidual: 3, threshold: 0.6 },
        { ...creeping, detector: 'creeping', segments: 20, meanResidual: 0.71, threshold: 0.5 },
      ],
    });
    picture.take(machineAlarm('a', 'press-1', 'creeping'));
    heard('press-2', [0.45, 0.45]);
    picture.machineLearning = 'learns after 96 segments, has 34';
    expect(shown(picture, { columns: 100, rows: 20 }).slice(3, 7)).toEqual([
      'Machines        residual of each segment; red: above the threshold',
      'press-1              ▁▂▃▄▅▇██  sudden 3.00/0.60  ▲ creeping 0.71/0.50  2.5-3.1 kHz  since 14:00:00',
      'press-2                    ▄▄  sudden 0.45/0.60  creeping 0.44/0.50  normal',
      'press-3         learns after 96 segments, has 34',
    ]);
  });

  it('shows a camera below them: each picture in the colour of its group, and how many each has', () => {
    const picture = new DemoPicture(['hall-1-north'], [], ['strip-camera']);
    picture.flow = { ...picture.flow, imagesPerSec: 2.5 };
    picture.imageLearning = 'learns its first model after 80 images, has 34';
    const line = () => shown(picture, { columns: 100 })[3];
    expect(shown(picture)[0]).toContain('1 simulated microphones, 1 camera ·');
    expect(line()).toBe('strip-camera    2.5 images/s  learns its first model after 80 images, has 34');
    for (const path of [[0, 0], [0, 1], [1], [0, 0], []])
      picture.take(imageAssignment(`frame-${picture.cameras.get('strip-camera')!.images}`, path));
    expect(line()).toBe(
      'strip-camera                 ■■■■◆  2.5 images/s  ■ 0/0 2  ■ 0/1 1  ■ 1 1  ◆ novel 1',
    );
  });

  it('shows how far the first model is', () => {
    const picture = pictureOf();
    const modelLine = () => shown(picture).find(line => line.startsWith('Model'));
    picture.learning = {
      events: 10,
      eventsNeeded: 30,
      detail: 'learns its first model after 30 events, has 10',
    };
    expect(modelLine()).toBe('Model   ████████░░░░░░░░░░░░░░░░ 10 of 30 events for a network');
    picture.learning = { events: 31, eventsNeeded: 30, detail: 'learns its first model: groups, 3 of 9' };
    expect(modelLine()).toBe('Model   learns its first model: groups, 3 of 9');
    picture.phase = 'the plant has stopped';
    expect(modelLine()).toBe('Model   the plant has stopped');
  });

  it('says what learns the groups', () => {
    const modelLine = (picture: DemoPicture, changes: Partial<ViewContext> = {}) =>
      shown(picture, changes).find(line => line.startsWith('Model'));
    expect(modelLine(pictureOf(model({ kind: 'conv-sdae+gmm' })))).toBe(
      'Model   5 groups found by a network (Conv-SDAE), version v0001-abc',
    );
    expect(modelLine(pictureOf(), { columns: 80, noNetwork: 'COMPILER_MISSING' })).toMatch(
      /0 of 0 events for a mixture: no TensorFlow$/,
    );
  });

  it('fits any terminal, and has no more lines and columns than it', () => {
    const picture = pictureOf(levels('hall-1-north'), event('a', 'hall-1-north'), assignment('a'));
    for (let i = 0; i < 100; i++) picture.take(machineScore('press-1'));
    picture.take(machineAlarm('b', 'press-1', 'creeping'));
    for (let i = 0; i < 300; i++) picture.take(imageAssignment(`frame-${i}`, [i % 9, i % 4]));
    for (const columns of [1, 20, 40, 80, 200]) {
      for (const rows of [1, 5, 12, 24, 60]) {
        const lines = liveView(picture, { ...CONTEXT, columns, rows });
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(plainText(line).length).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('says how many microphones there is no room for', () => {
    const picture = new DemoPicture(Array.from({ length: 30 }, (_, i) => `mic-${i}`));
    const lines = shown(picture, { rows: 24 });
    expect(lines.filter(line => line.startsWith('mic-'))).toHaveLength(9);
    expect(lines).toContain('  and 21 more');
    expect(lines).toHaveLength(24);
  });

  it('says when a microphone is not heard any more', () => {
    const picture = pictureOf(levels('hall-1-north', { timeUs: START_US }));
    const line = (secs: number) =>
      shown(picture, { nowUs: START_US + secs * 1e6 }).find(text => text.startsWith('hall-1-north'));
    expect(line(4.4)).not.toContain('not heard');
    expect(line(4.6)).toContain('not heard');
  });

  it('marks a gap in red as long as it is new', () => {
    const picture = pictureOf(levels('packing'));
    picture.takeNotice('packing', 'gap', 1, START_US / 1000);
    const line = (secs: number) =>
      liveView(picture, { ...CONTEXT, nowUs: START_US + secs * 1e6 }).find(text => text.includes('1 gap'));
    expect(line(2)).toContain('\x1b[31m1 gap');
    expect(line(7)).toContain('\x1b[2m1 gap');
  });

  it('says when the store is away', () => {
    const picture = pictureOf();
    picture.storeAnswers = false;
    expect(shown(picture)).toContainEqual(expect.stringMatching(/^Stored {2}the store does not answer;/));
  });

  it('runs without an end when it has none', () => {
    expect(shown(pictureOf(), { totalSecs: null, elapsedSecs: 3725 })[0]).toMatch(/· 62:05 +Ctrl-C ends it$/);
  });

  it('shows local time', () => {
    const picture = pictureOf(event('a', 'packing'));
    expect(shown(picture, { utcOffsetMinutes: 330 })).toContainEqual(
      expect.stringMatching(/^19:30:00 {2}packing/),
    );
  });
});

describe('groupStyle', () => {
  it('gives neighbouring groups different colours, and a group always the same', () => {
    expect(groupStyle(3)).toEqual(groupStyle(3));
    for (let group = 0; group < 20; group++) expect(groupStyle(group)).not.toEqual(groupStyle(group + 1));
  });
});
