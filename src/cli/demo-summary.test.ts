import { describe, expect, it } from 'vitest';
import { type DemoSummary, summaryText } from './demo-summary.js';

const SUMMARY: DemoSummary = {
  tables: [
    { table: 'levels', rows: 1440, ofThisRun: 480 },
    { table: 'events', rows: 310, ofThisRun: 105 },
  ],
  groups: [
    { group: 0, events: 120, microphones: 4, laeqDb: 92.5, durationSecs: 2.2 },
    { group: 1, events: 9, microphones: 3, laeqDb: 90, durationSecs: 2 },
    { group: null, events: 2, microphones: 1, laeqDb: 89.1, durationSecs: 0.4 },
  ],
  alarms: [
    {
      time: '2026-03-01 14:00:10',
      sensor: 'packing',
      kind: 'digital_silence',
      state: 'raised',
      message: 'The sensor sends exact zeros.',
    },
  ],
  oddities: [
    { sensor: 'hall-2-south', kind: 'gap', count: 1 },
    { sensor: 'wash-bay', kind: 'duplicate', count: 9 },
  ],
  machines: [
    {
      sensor: 'press-1',
      model: 'v0001-def',
      segments: 1240,
      abnormalSegments: 61,
      alarms: { creeping: 1, sudden: 2 },
      worstBands: { creeping: [2547, 3056], sudden: [509, 1019] },
    },
    { sensor: 'press-2', model: null, segments: 0, abnormalSegments: 0, alarms: {}, worstBands: {} },
  ],
  cameras: [
    {
      sensor: 'strip-camera',
      model: 'v0001-fed',
      images: 1030,
      groups: [
        { path: '0/1', images: 1000, kinds: { patches: 2, clean: 990 } },
        { path: '1', images: 18, kinds: { pitted_surface: 18 } },
        { path: 'novel', images: 12, kinds: { crazing: 12 } },
      ],
      agreement: 0.934,
      newKinds: [
        {
          kind: 'rolled_in_scale',
          firstFrameId: 'f00d',
          firstTimeUs: Date.UTC(2026, 2, 1, 14, 0, 45) * 1000,
          firstPath: 'novel',
          images: 12,
          novelImages: 11,
        },
      ],
    },
  ],
  deadLetters: [{ topic: 'image.raw', code: 'IMAGE_INVALID', messages: 3 }],
  model: 'v0001-abc',
  complete: true,
};
const CONTEXT = { dataDir: '.plantsense/demo', command: (args: string) => `plantsense ${args}` };

describe('summaryText', () => {
  it('tells what was stored and how to go on', () => {
    const text = summaryText(SUMMARY, CONTEXT);
    expect(text.slice(0, text.indexOf('Ask the store'))).toBe(
      `Stored in .plantsense/demo:
  table    rows  of this run
  levels  1,440          480
  events    310          105

Events in 2 groups of model v0001-abc:
  group  events  microphones  LAeq dB(A)  seconds
  0         120            4        92.5      2.2
  1           9            3        90.0      2.0
  novel       2            1        89.1      0.4

Machines, in this run:
  machine  segments  abnormal  alarms, worst at                              model
  press-1     1,240        61  1 creeping 2.5-3.1 kHz, 2 sudden 0.5-1.0 kHz  v0001-def
  press-2         0         0  none                                          none yet

1,030 pictures of strip-camera, in this run, in groups of model v0001-fed, agreement with what is on them 0.93 of 1:
  group  pictures  what is on them
  0/1       1,000  990 clean, 2 patches
  1            18  18 pitted surface
  novel        12  12 crazing
  New: rolled in scale came first at 14:00:45 (UTC), as picture f00d, which was novel; 11 of 12 such pictures were novel.

Odd at microphones and cameras, counted and dealt with:
  hall-2-south  1 gap
  wash-bay  9 duplicates

Refused, and kept as dead letters with the reason:
  image.raw  3 messages  IMAGE_INVALID

The latest alarms (UTC):
  14:00:10  packing  raised: The sensor sends exact zeros.

`,
    );
    expect(text).toContain('  plantsense db query --data-dir .plantsense/demo "SELECT ');
    expect(text).toMatch(/plantsense demo\n.*plantsense demo --fresh$/);
  });

  it('names the data directory in the next commands when it is another', () => {
    expect(summaryText(SUMMARY, { ...CONTEXT, dataDir: '/tmp/plant' })).toMatch(
      /plantsense demo --data-dir \/tmp\/plant\n.*plantsense demo --data-dir \/tmp\/plant --fresh$/,
    );
  });

  it('says what to do when there is no model yet', () => {
    const text = summaryText({ ...SUMMARY, model: null, groups: [] }, CONTEXT);
    expect(text).toContain('No model yet');
    expect(text).not.toContain('microphones  LAeq');
  });

  it('says when something is left to the next run, and only then', () => {
    const left = 'Not all that was heard is stored yet';
    expect(summaryText({ ...SUMMARY, complete: false }, CONTEXT)).toContain(left);
    expect(summaryText(SUMMARY, CONTEXT)).not.toContain(left);
  });

  it('leaves out what there is nothing of', () => {
    const text = summaryText(
      { ...SUMMARY, alarms: [], oddities: [], machines: [], cameras: [], deadLetters: [] },
      CONTEXT,
    );
    expect(text).not.toContain('alarms (UTC)');
    expect(text).not.toContain('Odd at');
    expect(text).not.toContain('Machines');
    expect(text).not.toContain('pictures of');
    expect(text).not.toContain('Refused');
  });

  it('writes the whole next command as it is typed here: npm swallowed a `--fresh` without dashes before it', () => {
    const command = (args: string) => `npm run ${args.replace(' ', ' -- ')}`;
    expect(summaryText(SUMMARY, { ...CONTEXT, command })).toMatch(/npm run demo\n.*npm run demo -- --fresh$/);
  });

  it('quotes SQL for a shell', () => {
    for (const [, sql] of summaryText(SUMMARY, CONTEXT).matchAll(/db query .*?"(.*)"$/gm))
      expect(sql).not.toMatch(/["$`\\]/);
  });
});
