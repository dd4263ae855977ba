import { joined } from '../anomaly/joined.js';
import { recordingMeans } from '../anomaly/recording-means.js';
import { residualHistogram } from '../anomaly/residual-histogram.js';
import type { FittedMachine } from '../lifecycle/machine-model/fit-machine.js';
import type { ModelAnnouncement } from '../records/types.js';
import { residualHistogramText } from './residual-histogram-text.js';
import { thresholdText } from './threshold-text.js';

/** Of a histogram. */
const BINS = 20;

/** Where a model went. */
export interface MachineOutcome {
  /** What it was made of, for people: recordings, or stretches of a topic. */
  readonly parts: 'recordings' | 'stretches';
  /** The machine; empty for all. */
  readonly entity: string;
  readonly announced: { readonly announcement: ModelAnnouncement; readonly modelsTopic: string } | null;
  /** Directory that it was written to; null when it was kept as a version. */
  readonly out: string | null;
}

/** What came of a training, for people and for programs. */
export function machineReport(fitted: FittedMachine, outcome: MachineOutcome) {
  const { out, announced, parts } = outcome;
  const { artefact, model, training } = fitted;
  const { version, kind, parent, data, indices } = artefact.card;
  const { details } = model;
  const { width, equation3, thresholds, recordings, rule, windows } = details;
  const histograms = histogramsOf(fitted);
  const abnormal = recordings.abnormal === 0 ? '' : `, ${recordings.abnormal} abnormal ones beside them`;
  const text = [
    `${version}: ${kind}, ${width ?? 'its own width'}, ${data.rows} segments of ${recordings.training} + ${recordings.validation} ${parts}${abnormal}\n`,
    `A segment lasts ${equation3} (equation 3)\n`,
    `Loss ${training.loss.toPrecision(4)} after ${training.steps} steps, ${indices.heldOutLoss?.toPrecision(4) ?? '-'} on validation\n`,
    thresholdText(details),
    parent === null ? '' : `Goes on from ${parent}.\n`,
    ...histograms.map(
      ({ n, alpha, ...histogram }) =>
        `\nResiduals, ${n === 1 ? 'single segments' : `means of ${n}`}: █ validation${abnormal === '' ? '' : ', ░ abnormal'}\n` +
        residualHistogramText(histogram, alpha),
    ),
    `\n${whereTo(outcome)}`,
  ].join('');
  const { segment, segmentSecs, stepSecs } = details;
  const json = {
    ...{ version, kind, parent, width, segments: data.rows, recordings, indices, rule, windows, thresholds },
    histograms: histograms.map(({ n, alpha, edges, normal, abnormal }) => ({
      ...{ n, alpha, edges: [...edges], normal: [...normal], abnormal: [...abnormal] },
    })),
    segment: { ...segment, equation3, segmentSecs, stepSecs },
    steps: training.steps,
    ...(out === null ? { announcement: announced?.announcement ?? null } : { out }),
  };
  return { text, json };
}

/** Of the means that thresholds are told by. */
function histogramsOf({ model: { details }, residuals }: FittedMachine) {
  const { thresholds, windows } = details;
  return thresholds.map(({ n, alpha }) => {
    const [normal, abnormal] = [residuals.normal, residuals.abnormal].map(recordings =>
      joined(recordingMeans(recordings, n, windows)),
    ) as [Float64Array, Float64Array];
    return { n, alpha, ...residualHistogram(normal, abnormal, BINS) };
  });
}

function whereTo({ announced, out, entity }: MachineOutcome): string {
  if (out !== null) return `Written to ${out}.\n`;
  if (!announced) return 'Not announced.\n';
  const { announcement, modelsTopic } = announced;
  const { activeFromUs } = announcement;
  const since = activeFromUs === 0 ? '' : ` from ${new Date(activeFromUs / 1000).toISOString()} on`;
  const whom = entity === '' ? 'machines without a model of their own' : entity;
  return `Announced on ${modelsTopic}, for ${whom}${since}.\n`;
}
