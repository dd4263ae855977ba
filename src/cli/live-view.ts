import { ODDITIES } from './demo-oddities.js';
import type { DemoPicture, EventPicture, MicrophonePicture } from './demo-picture.js';
import { cameraLines } from './live-view-camera.js';
import { count, counted, decibels, kilobytes, minutes, timeOfDay } from './live-view-format.js';
import { machineLines } from './live-view-machines.js';
import { field, type Span, type Style, spread, styledLine } from './live-view-text.js';

/** What the view shows besides the picture. */
export interface ViewContext {
  readonly columns: number;
  readonly rows: number;
  /** Now, by the plant's clock. */
  readonly nowUs: number;
  readonly elapsedSecs: number;
  /** Why no network can learn here; null when one can. */
  readonly noNetwork: string | null;
  /** Null: until Ctrl-C. */
  readonly totalSecs: number | null;
  /** Minutes that the local time is ahead of UTC. */
  readonly utcOffsetMinutes: number;
  readonly thresholdDb: number;
  readonly httpUrl: string | null;
  readonly storeUrl: string;
}

/** The scale of the level meters. */
const METER_FROM_DB = 50;
const METER_TO_DB = 105;
const NAME_COLUMNS = 14;
const EVENTS_COLUMNS = 11;
/** Columns beside the meter: name, number, state. */
const BESIDE_METER = NAME_COLUMNS + 42;
/** An oddity is marked for this long after it was counted. */
const FRESH_MS = 6000;
/** Without a row of levels for this long a microphone is shown as not heard. Rows come each second. */
const NOT_HEARD_US = 3_500_000;
const FEWEST_EVENTS = 3;
/** Rows of the frame besides microphones, machines, cameras and events: title, scale, heading, two empty lines, what stands below. */
const OTHER_ROWS = 11;

const GROUP_COLOURS = [39, 208, 77, 213, 220, 45, 141, 118, 203, 180] as const;

/** Groups keep their colour: it depends on the id alone. */
export function groupStyle(group: number): Style {
  return { colour: GROUP_COLOURS[group % GROUP_COLOURS.length]! };
}

/** One screen: at most `rows` lines of at most `columns` columns. */
export function liveView(picture: DemoPicture, context: ViewContext): string[] {
  const { columns, rows } = context;
  const microphones = [...picture.microphones.values()];
  const machines = machineLines([...picture.machines.values()], {
    ...context,
    nameColumns: NAME_COLUMNS,
    learning: picture.machineLearning,
  });
  const cameras = cameraLines([...picture.cameras.values()], {
    ...{ columns, nameColumns: NAME_COLUMNS, groupStyle },
    ...{ imagesPerSec: picture.flow.imagesPerSec, learning: picture.imageLearning },
  });
  const otherRows = OTHER_ROWS + machines.length + cameras.length;
  const room = Math.max(1, rows - otherRows - FEWEST_EVENTS);
  // One row of those that there is room for says how many are not shown.
  const shown = microphones.length <= room ? microphones : microphones.slice(0, room - 1);
  const hidden = microphones.length - shown.length;
  const eventRows = Math.max(0, rows - otherRows - shown.length - (hidden > 0 ? 1 : 0));
  const lines: (readonly Span[])[] = [
    title(picture, context),
    scale(context),
    ...shown.map(microphone => meter(microphone, context)),
    ...(hidden > 0 ? [[[`  and ${hidden} more`, 'dim'] as const]] : []),
    ...machines,
    ...cameras,
    [],
    [['Latest events', 'bold']],
    ...eventLines(picture.latestEvents(eventRows), eventRows, context),
    [],
    model(picture, context),
    groups(picture),
    flow(picture),
    lag(picture),
    stored(picture),
    addresses(context),
  ];
  return lines.slice(0, rows).map(line => styledLine(line, columns));
}

function title(
  { microphones, machines, cameras }: DemoPicture,
  { columns, elapsedSecs, totalSecs }: ViewContext,
): Span[] {
  const others = [
    machines.size === 0 ? '' : `, ${counted(machines.size, 'machine')}`,
    cameras.size === 0 ? '' : `, ${counted(cameras.size, 'camera')}`,
  ].join('');
  const total = totalSecs === null ? '' : ` of ${minutes(totalSecs)}`;
  return spread(
    [
      ['Plantsense demo', 'bold'],
      ` · ${microphones.size} simulated microphones${others} · ${minutes(Math.min(elapsedSecs, totalSecs ?? elapsedSecs))}${total}`,
    ],
    [['Ctrl-C ends it', 'dim']],
    columns,
  );
}

function meterColumns(columns: number): number {
  return Math.max(10, Math.min(60, columns - BESIDE_METER));
}

/** Where a level stands on a meter of `width` columns. */
function position(levelDb: number, width: number): number {
  const share = (levelDb - METER_FROM_DB) / (METER_TO_DB - METER_FROM_DB);
  return Math.max(0, Math.min(width, Math.round(share * width)));
}

function scale({ columns }: ViewContext): Span[] {
  const width = meterColumns(columns);
  const marks = Array<string>(width + 4).fill(' ');
  for (let level = METER_FROM_DB; level <= METER_TO_DB; level += 20) {
    [...String(level)].forEach((digit, i) => {
      marks[position(level, width) + i] = digit;
    });
  }
  return [[`${' '.repeat(NAME_COLUMNS)}  ${marks.join('')}  dB(A)`, 'dim']];
}

function meter(microphone: MicrophonePicture, context: ViewContext): Span[] {
  const { levelDb, sensor } = microphone;
  const width = meterColumns(context.columns);
  const threshold = position(context.thresholdDb, width);
  const end = levelDb === null ? 0 : position(levelDb, width);
  const rest = [...'·'.repeat(width)];
  if (threshold < width) rest[threshold] = '┊';
  return [
    field(sensor, NAME_COLUMNS),
    '  ',
    ['█'.repeat(Math.min(end, threshold)), 'green'],
    ['█'.repeat(Math.max(0, end - threshold)), 'yellow'],
    [rest.slice(end).join(''), 'dim'],
    ` ${decibels(levelDb)}  `,
    ...state(microphone, context),
  ];
}

/** What is odd at a microphone now, how many events it has heard, and what was odd. */
function state({ silent, heardUntilUs, notices, events }: MicrophonePicture, { nowUs }: ViewContext): Span[] {
  const spans: Span[] = [];
  if (silent) spans.push(['only zeros', 'red'], '  ');
  else if (heardUntilUs > 0 && nowUs - heardUntilUs > NOT_HEARD_US) spans.push(['not heard', 'red'], '  ');
  spans.push([field(counted(events, 'event'), EVENTS_COLUMNS), 'dim']);
  for (const [kind, words] of Object.entries(ODDITIES)) {
    const notice = notices.get(kind);
    if (!notice || notice.count === 0) continue;
    const isFresh = nowUs / 1000 - notice.atMs < FRESH_MS && kind !== 'duplicate';
    spans.push([words(notice.count), isFresh ? 'red' : 'dim'], '  ');
  }
  return spans;
}

function eventLines(events: readonly EventPicture[], rows: number, context: ViewContext): Span[][] {
  const lines = events.map(({ event, assignment }): Span[] => [
    [timeOfDay(event.onsetTimeUs, context.utcOffsetMinutes), 'dim'],
    `  ${field(event.sensor, NAME_COLUMNS)} ${decibels(event.lafmaxDb)}  ${event.durationSecs.toFixed(1).padStart(4)} s  `,
    ...assigned(assignment),
  ]);
  if (lines.length === 0 && rows > 0) lines.push([['  none yet', 'dim']]);
  while (lines.length < rows) lines.push([]);
  return lines;
}

function assigned(assignment: EventPicture['assignment']): Span[] {
  if (!assignment) return [['waits for a group', 'dim']];
  const { group, novel, probability } = assignment;
  if (novel)
    return [
      ['◆ novel', 'red'],
      [': like nothing in the model', 'dim'],
    ];
  if (group === null) return [['no group', 'dim']];
  const percent = probability === null ? '' : ` ${(100 * probability).toFixed(0).padStart(4)} %`;
  return [
    [`■ group ${group}`, groupStyle(group)],
    [percent, 'dim'],
  ];
}

const BAR_COLUMNS = 24;

function model({ model, learning, phase }: DemoPicture, { noNetwork }: ViewContext): Span[] {
  const label = heading('Model');
  if (phase !== '') return [label, [phase, 'yellow']];
  if (model) {
    const { version, kind, groups } = model;
    const found = `${counted(groups, 'group')} found by a ${KINDS[kind] ?? kind}`;
    return [label, found, [`, version ${version}`, 'dim']];
  }
  const { events, eventsNeeded, detail } = learning;
  if (events >= eventsNeeded && eventsNeeded > 0)
    return [label, [detail ?? 'learns its first model', 'cyan']];
  const done = Math.round((BAR_COLUMNS * events) / Math.max(1, eventsNeeded));
  return [
    label,
    ['█'.repeat(done), 'cyan'],
    ['░'.repeat(BAR_COLUMNS - done), 'dim'],
    ` ${events} of ${eventsNeeded} events for `,
    noNetwork === null ? 'a network' : ['a mixture: no TensorFlow', 'yellow'],
  ];
}

const KINDS: Readonly<Record<string, string>> = {
  gmm: 'Gaussian mixture',
  kmeans: 'k-means',
  'conv-sdae+gmm': 'network (Conv-SDAE)',
};

function groups({ groups }: DemoPicture): Span[] {
  const spans: Span[] = [heading('Groups')];
  const known = [...groups].filter((entry): entry is [number, number] => entry[0] !== null);
  for (const [group, events] of known.sort(([a], [b]) => a - b))
    spans.push([`■ ${group}`, groupStyle(group)], ` ${count(events)}   `);
  const novel = groups.get(null);
  if (novel) spans.push(['◆ novel', 'red'], ` ${count(novel)}`);
  if (spans.length === 1) spans.push(['none yet', 'dim']);
  return spans;
}

function flow({ flow: { chunksPerSec, bytesPerSec, delaySecs } }: DemoPicture): Span[] {
  const delay = delaySecs ? `${delaySecs.median.toFixed(1)} s (p99 ${delaySecs.p99.toFixed(1)} s)` : '–';
  const received = `${chunksPerSec.toFixed(0)} chunks/s, ${kilobytes(bytesPerSec)}/s`;
  return [heading('Flow'), `${received}   from sound to row ${delay}`];
}

function lag({ flow }: DemoPicture): Span[] {
  const stages = [...flow.lag].map(([stage, messages]) => `${stage} ${count(messages)}`).join('   ');
  return [heading('Lag'), stages === '' ? '–' : stages];
}

function stored({ flow: { rows }, storeAnswers }: DemoPicture): Span[] {
  if (!storeAnswers)
    return [heading('Stored'), ['the store does not answer; it is waited for, nothing is lost', 'red']];
  // Dead letters are worth a place only when there are some.
  const told = [...rows].filter(([table, stored]) => stored > 0 || table !== 'dead_letters');
  const tables = told.map(([table, stored]) => `${table} ${count(stored)}`).join('   ');
  return [heading('Stored'), tables === '' ? '–' : tables];
}

function addresses({ httpUrl, storeUrl }: ViewContext): Span[] {
  const page = httpUrl === null ? '' : `status page ${httpUrl}   `;
  return [heading('Open'), [`${page}ClickHouse ${storeUrl}`, 'dim']];
}

function heading(text: string): Span {
  return [text.padEnd(8), 'bold'];
}
