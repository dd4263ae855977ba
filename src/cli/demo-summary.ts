import type { PictureKind } from '../simulation/simulated-camera.js';
import type { Store } from '../store/client.js';
import { type CameraSummary, cameraSummary, cameraText } from './camera-summary.js';
import { DEFAULT_DATA_DIR } from './demo-data-dir.js';
import { ODDITIES } from './demo-oddities.js';
import type { DemoPicture } from './demo-picture.js';
import {
  type AlarmRow,
  countRows,
  type DeadLetterRow,
  deadLetterRows,
  EXAMPLE_QUERIES,
  type GroupRow,
  groupRows,
  latestAlarms,
  type RowCounts,
} from './demo-queries.js';
import { count, counted, kilohertz } from './live-view-format.js';
import { detectorOf, type MachinePicture } from './machine-picture.js';
import { formatTable } from './table.js';

/** What a run has left in the store. */
export interface DemoSummary {
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly ofThisRun: number }[];
  /** Events of this and of earlier runs. */
  readonly groups: readonly GroupRow[];
  readonly alarms: readonly AlarmRow[];
  /** What was heard of machines in this run. */
  readonly machines: readonly MachineSummary[];
  /** What cameras saw in this run. */
  readonly cameras: readonly CameraSummary[];
  /** Messages of this and of earlier runs that were refused. */
  readonly deadLetters: readonly DeadLetterRow[];
  readonly model: string | null;
  /** What was odd at microphones and cameras in this run, as the stages counted it. */
  readonly oddities: readonly { readonly sensor: string; readonly kind: string; readonly count: number }[];
  /** False when something that was heard is left to the next run. */
  readonly complete: boolean;
}

export interface MachineSummary {
  readonly sensor: string;
  readonly model: string | null;
  readonly segments: number;
  readonly abnormalSegments: number;
  /** Alarms that were raised, by detector. */
  readonly alarms: Readonly<Record<string, number>>;
  /** Where its sound differed most when the last alarm of each detector was raised, Hz. */
  readonly worstBands: Readonly<Record<string, readonly [lowHz: number, highHz: number]>>;
}

const ALARMS = 12;

/**
 * @param before the rows at the start of the run
 * @param newKinds kinds of defects that come later than the others
 */
export async function summarize(
  store: Store,
  before: RowCounts,
  { model, microphones, machines, cameras }: DemoPicture,
  newKinds: readonly PictureKind[],
  complete: boolean,
): Promise<DemoSummary> {
  const [rows, groups, alarms, deadLetters] = await Promise.all([
    countRows(store),
    groupRows(store),
    latestAlarms(store, ALARMS),
    deadLetterRows(store),
  ]);
  const tables = [...rows].map(([table, now]) => ({
    table,
    rows: now,
    ofThisRun: now - (before.get(table) ?? 0),
  }));
  const counts = [
    ...[...microphones.values()].flatMap(({ sensor, notices }) =>
      [...notices].map(([kind, { count }]) => ({ sensor, kind, count })),
    ),
    ...[...cameras.values()].flatMap(({ sensor, notices }) =>
      [...notices].map(([kind, count]) => ({ sensor, kind, count })),
    ),
  ];
  return {
    ...{ tables, groups, alarms, deadLetters, complete },
    oddities: counts.filter(({ kind }) => kind in ODDITIES),
    machines: [...machines.values()].map(machineSummary),
    cameras: [...cameras.values()].map(camera => cameraSummary(camera, newKinds)),
    model: model?.version ?? null,
  };
}

function machineSummary({
  sensor,
  model,
  segments,
  abnormalSegments,
  raised,
}: MachinePicture): MachineSummary {
  const alarms: Record<string, number> = {};
  const worstBands: Record<string, readonly [number, number]> = {};
  for (const alarm of raised.values()) {
    const detector = detectorOf(alarm);
    alarms[detector] = (alarms[detector] ?? 0) + 1;
    const [worst] = alarm.evidence?.bands ?? [];
    if (worst) worstBands[detector] = [worst.lowHz, worst.highHz];
  }
  return { sensor, segments, abnormalSegments, alarms, worstBands, model: model?.version ?? null };
}

export interface SummaryContext {
  readonly dataDir: string;
  /** How a command of ours is written at this prompt: `plantsense`. */
  readonly command: (args: string) => string;
}

/** The summary for people, with what they can do next. */
export function summaryText(summary: DemoSummary, { dataDir, command }: SummaryContext): string {
  const { tables, groups, alarms, oddities, machines, cameras, deadLetters, model, complete } = summary;
  const rows = tables.map(({ table, rows, ofThisRun }) => [table, count(rows), count(ofThisRun)]);
  const odd = oddities.map(({ sensor, kind, count }) => `${sensor}  ${ODDITIES[kind]?.(count)}\n`);
  const queries = EXAMPLE_QUERIES.map(
    ([about, sql]) => `# ${about}\n${command(`db query --data-dir ${dataDir} ${quoted(sql)}`)}\n`,
  );
  const again = dataDir === DEFAULT_DATA_DIR ? 'demo' : `demo --data-dir ${dataDir}`;
  return [
    section(`Stored in ${dataDir}:`, formatTable(['table', 'rows', 'of this run'], rows)),
    model === null
      ? 'No model yet: it is learnt once enough events were heard. Let it run for half a minute.\n'
      : section(groupsHeading(groups, model), formatTable(GROUP_COLUMNS, groups.map(groupCells))),
    machines.length === 0
      ? ''
      : section('Machines, in this run:', formatTable(MACHINE_COLUMNS, machines.map(machineCells))),
    ...cameras.map(cameraText),
    section('Odd at microphones and cameras, counted and dealt with:', odd.join('')),
    section('Refused, and kept as dead letters with the reason:', deadLetters.map(deadLetterLine).join('')),
    section('The latest alarms (UTC):', alarms.map(alarmLine).join('')),
    complete ? '' : 'Not all that was heard is stored yet: the next run goes on with it.\n',
    section('Ask the store, now or while a demo runs:', queries.join('')),
    `Once more, with these data:  ${command(again)}\nFrom the beginning:          ${command(`${again} --fresh`)}`,
  ]
    .filter(part => part !== '')
    .join('\n');
}

const GROUP_COLUMNS = ['group', 'events', 'microphones', 'LAeq dB(A)', 'seconds'];

const MACHINE_COLUMNS = ['machine', 'segments', 'abnormal', 'alarms, worst at', 'model'];

function machineCells(machine: MachineSummary): string[] {
  const { sensor, segments, abnormalSegments, alarms, worstBands, model } = machine;
  const raised = Object.entries(alarms).map(([detector, times]) => {
    const band = worstBands[detector];
    return `${count(times)} ${detector}${band ? ` ${kilohertz(band)}` : ''}`;
  });
  const alarmCell = raised.length === 0 ? 'none' : raised.join(', ');
  return [sensor, count(segments), count(abnormalSegments), alarmCell, model ?? 'none yet'];
}

/** A heading and what stands below it; nothing when nothing does. */
function section(heading: string, text: string): string {
  return text === '' ? '' : `${heading}\n${text.replace(/^(?=.)/gm, '  ')}`;
}

function groupsHeading(groups: readonly GroupRow[], model: string): string {
  const known = groups.filter(({ group }) => group !== null).length;
  return `Events in ${counted(known, 'group')} of model ${model}:`;
}

function groupCells({ group, events, microphones, laeqDb, durationSecs }: GroupRow): string[] {
  const name = group === null ? 'novel' : String(group);
  return [name, count(events), String(microphones), laeqDb.toFixed(1), durationSecs.toFixed(1)];
}

function alarmLine({ time, sensor, state, message }: AlarmRow): string {
  return `${time.slice(11)}  ${sensor}  ${state}: ${message}\n`;
}

function deadLetterLine({ topic, code, messages }: DeadLetterRow): string {
  return `${topic}  ${counted(messages, 'message')}  ${code}\n`;
}

/** For a shell: double quotes, in which SQL's single quotes stay as they are. */
function quoted(sql: string): string {
  return `"${sql.replace(/["\\$`]/g, '\\$&')}"`;
}
