import type { Alarm, MachineDetector, MachineVerdict } from '../records/types.js';
import { kilohertz, timeOfDay } from './live-view-format.js';
import { field, type Span, type Style } from './live-view-text.js';
import type { MachinePicture } from './machine-picture.js';

/** What the rows of machines show besides their picture. */
export interface MachineViewContext {
  readonly columns: number;
  /** Minutes that the local time is ahead of UTC. */
  readonly utcOffsetMinutes: number;
  /** Columns of a sensor's name. */
  readonly nameColumns: number;
  /** What is under way while there is no model; null when nothing is known. */
  readonly learning: string | null;
}

/** Columns beside the residuals: the detectors, the verdict or where and since when. */
const BESIDE_RESIDUALS = 73;
const FEWEST_RESIDUALS = 10;
const MOST_RESIDUALS = 60;

const BLOCKS = '▁▂▃▄▅▆▇█';
/** The share of the threshold that fills a block. */
const FULL_BLOCK = 1.6;

/** A heading and a line for each machine: residuals against the threshold, what each detector says, open alarms. */
export function machineLines(machines: readonly MachinePicture[], context: MachineViewContext): Span[][] {
  if (machines.length === 0) return [];
  const heading: Span[] = [
    [field('Machines', context.nameColumns), 'bold'],
    ['  residual of each segment; red: above the threshold', 'dim'],
  ];
  return [heading, ...machines.map(machine => machineLine(machine, context))];
}

function machineLine(machine: MachinePicture, context: MachineViewContext): Span[] {
  const name = `${field(machine.sensor, context.nameColumns)}  `;
  const { score } = machine;
  if (score === null) return [name, [context.learning ?? 'no model yet', 'dim']];
  const width = Math.max(
    FEWEST_RESIDUALS,
    Math.min(MOST_RESIDUALS, context.columns - context.nameColumns - BESIDE_RESIDUALS),
  );
  const alarms = [...machine.openAlarms.values()];
  return [
    name,
    ...residuals(machine.residuals.slice(-width), width),
    ...score.detectors.flatMap((detector): Span[] => ['  ', detectorSpan(machine, detector)]),
    ...(alarms.length > 0 ? evidence(alarms, context) : verdict(score.verdict)),
  ];
}

function residuals(shares: readonly (number | null)[], width: number): Span[] {
  const spans = shares.map((share): Span => {
    if (share === null) return ['·', 'dim'];
    const height = Math.min(BLOCKS.length - 1, Math.floor((share / FULL_BLOCK) * BLOCKS.length));
    return [BLOCKS[height]!, share > 1 ? 'red' : 'green'];
  });
  return [' '.repeat(width - shares.length), ...spans];
}

function detectorSpan(machine: MachinePicture, detector: MachineDetector): Span {
  const { detector: name, meanResidual, threshold, verdict } = detector;
  const mean = meanResidual === null ? '–' : meanResidual.toFixed(2);
  const text = `${name} ${mean}/${threshold.toFixed(2)}`;
  if (machine.openAlarm(name)) return [`▲ ${text}`, 'red'];
  return verdict === 'abnormal' ? [text, 'yellow'] : text;
}

/** Where the first alarm's sound differs most, and since when. */
function evidence(alarms: readonly Alarm[], { utcOffsetMinutes }: MachineViewContext): Span[] {
  const first = alarms.reduce((a, b) => (b.timeUs < a.timeUs ? b : a));
  const band = first.evidence?.bands[0];
  const where = band ? `  ${kilohertz([band.lowHz, band.highHz])}` : '';
  return [where, [`  since ${timeOfDay(first.timeUs, utcOffsetMinutes)}`, 'dim']];
}

const VERDICTS: Readonly<Record<MachineVerdict, Style>> = {
  normal: 'green',
  abnormal: 'yellow',
  unknown: 'dim',
  off: 'dim',
};

function verdict(verdict: MachineVerdict): Span[] {
  return ['  ', [verdict, VERDICTS[verdict]]];
}
