import { MUTED } from '../../picture/style.js';
import { element, picture, placed, text } from '../../picture/svg.js';
import type { BenchmarkData } from '../recording-set.js';
import type { FittedOutcome, RunResult } from '../run-result.js';
import { groupPlaces } from './group-places.js';
import { latentMap, MAP } from './latent-map.js';
import { meanSpectrograms } from './mean-spectrograms.js';
import {
  type LevelRange,
  levelBar,
  PANELS_WIDTH,
  type Panel,
  panelsHeight,
  type SpectrogramAxes,
  spectrogramPanels,
} from './spectrogram-panels.js';

export interface PictureOptions {
  /** Number of groups asked for. */
  readonly k: number;
  readonly axes: SpectrogramAxes;
}

/** Of a method, the smaller groups beyond these have no spectrogram. */
const MOST_PANELS = 20;
const MARGIN = 24;
const GAP = 20;
const WIDTH = 2 * MARGIN + MAP.width + GAP + PANELS_WIDTH;
const HEADER = 104;
const TITLE = 30;
const BAR = 180;

/** What is shown of a method: its first run that gave groups, or why none did. */
interface Shown {
  readonly result: RunResult;
  readonly fitted: { readonly outcome: FittedOutcome; readonly panels: readonly Panel[] } | null;
  readonly places: ReadonlyMap<number, number>;
}

/**
 * An SVG picture: for each method its first run that gave groups, as a map of its own space (first two principal
 * components, coloured by group) and the mean spectrogram of each group. It has its own light ground, so that it
 * reads on a dark page too.
 */
export async function benchmarkPicture(
  { spectrograms }: Pick<BenchmarkData, 'spectrograms'>,
  results: readonly RunResult[],
  { k, axes }: PictureOptions,
): Promise<string> {
  const chosen = [...new Set(results.map(({ method }) => method))].map(method => {
    const runs = results.filter(result => result.method === method);
    return runs.find(({ outcome }) => outcome.state === 'fitted') ?? runs[0]!;
  });
  const first = chosen.map(({ outcome }) => outcome).find(outcome => outcome.state === 'fitted');
  const shown: Shown[] = [];
  for (const result of chosen) {
    const { outcome } = result;
    if (outcome.state === 'failed') {
      shown.push({ result, fitted: null, places: new Map() });
      continue;
    }
    const places = groupPlaces(outcome.labels, first!.labels);
    const panels = await panelsOf(spectrograms, outcome.labels, places);
    shown.push({ result, fitted: { outcome, panels }, places });
  }
  const range = levelRange(shown.flatMap(({ fitted }) => fitted?.panels ?? []));

  const blocks: string[] = [];
  let y = HEADER;
  for (const method of shown) {
    blocks.push(placed(MARGIN, y, block(method, spectrograms.shape, range, axes)));
    const { fitted } = method;
    const height = fitted ? Math.max(MAP.height, panelsHeight(fitted.panels.length)) : 0;
    y += TITLE + height + GAP;
  }
  const height = y + MARGIN - GAP;
  const name = `How each method groups ${spectrograms.rows} noise recordings (k = ${k})`;
  return picture(name, WIDTH, height, [header(name, range, axes), ...blocks]);
}

function header(name: string, range: LevelRange, axes: SpectrogramAxes): string {
  const note = { fill: MUTED, 'font-size': 12 };
  return [
    text(MARGIN, 40, name, { 'font-size': 20, 'font-weight': 600 }),
    text(
      MARGIN,
      62,
      "Left: each recording in the method's own space, on its first two principal components (PC). Right: mean log-mel spectrogram of each group.",
      note,
    ),
    text(
      MARGIN,
      79,
      'Colours follow the groups of the first method, matched by the recordings that groups share.',
      note,
    ),
    placed(WIDTH - MARGIN - BAR, 30, levelBar(BAR, range, axes)),
  ].join('');
}

function block(
  { result, fitted, places }: Shown,
  shape: readonly number[],
  range: LevelRange,
  axes: SpectrogramAxes,
): string {
  const { method, run, outcome } = result;
  const line = element('path', { d: `M0 0h${WIDTH - 2 * MARGIN}`, stroke: '#dadce0' });
  const about =
    outcome.state === 'failed'
      ? `no run gave groups (${outcome.code})`
      : indices(run, outcome, fitted!.panels);
  const title = `<text y="20"><tspan font-size="15" font-weight="600">${method}</tspan><tspan dx="12" fill="${MUTED}">${about}</tspan></text>`;
  if (!fitted) return line + title;
  return [
    line + title,
    placed(0, TITLE, latentMap(fitted.outcome, places)),
    placed(MAP.width + GAP, TITLE, spectrogramPanels(fitted.panels, shape, range, axes)),
  ].join('\n');
}

/** A method's run in a line. */
function indices(run: number, outcome: FittedOutcome, panels: readonly Panel[]): string {
  const { activeGroups, own, common, agreement } = outcome;
  const more = activeGroups - panels.length;
  return [
    `run ${run}`,
    `${activeGroups} groups${more > 0 ? ` (the ${more} smallest not shown)` : ''}`,
    `silhouette ${own.silhouette?.toFixed(2) ?? '-'} in its own space, ${common.silhouette?.toFixed(2) ?? '-'} in the common one`,
    ...(agreement ? [`NMI with the classes ${agreement.nmi.toFixed(2)}`] : []),
  ].join(' · ');
}

/** The largest groups, in the order of their places. */
async function panelsOf(
  spectrograms: BenchmarkData['spectrograms'],
  labels: readonly number[],
  places: ReadonlyMap<number, number>,
): Promise<Panel[]> {
  const sizes = new Map<number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, MOST_PANELS);
  const means = await meanSpectrograms(spectrograms, labels, new Set(largest.map(([group]) => group)));
  return largest
    .map(([group, recordings]) => ({
      ...{ group, recordings, place: places.get(group)!, mean: means.get(group)! },
    }))
    .sort((a, b) => a.place - b.place);
}

/** One range for all, so that loud groups look loud. */
function levelRange(panels: readonly Panel[]): LevelRange {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { mean } of panels)
    for (const value of mean) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low <= high ? { low, high } : { low: 0, high: 0 };
}
