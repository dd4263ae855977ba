import type { FittedMachine } from '../lifecycle/machine-model/fit-machine.js';
import type { ModelAnnouncement } from '../records/types.js';
import { formatTable } from './table.js';

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
export function machineReport({ artefact, model, training }: FittedMachine, outcome: MachineOutcome) {
  const { out, announced, parts } = outcome;
  const { version, kind, parent, data, indices } = artefact.card;
  const { details } = model;
  const { width, equation3, thresholds, recordings, rule, windows } = details;
  const rows = thresholds.map(({ n, alpha, type, provisional, independentMeans, specificity }) => [
    ...[`${n}`, alpha.toPrecision(4), `${type}${provisional ? ', provisional' : ''}`],
    ...[`${independentMeans}`, specificity.toFixed(3)],
  ]);
  const text = [
    `${version}: ${kind}, ${width ?? 'its own width'}, ${data.rows} segments of ${recordings.training} + ${recordings.validation} ${parts}\n`,
    `A segment lasts ${equation3} (equation 3)\n`,
    `Loss ${training.loss.toPrecision(4)} after ${training.steps} steps, ${indices.heldOutLoss?.toPrecision(4) ?? '-'} on validation\n`,
    formatTable(['n', 'threshold', 'told by', 'means', 'specificity'], rows),
    thresholds.some(({ n }) => n > 1)
      ? ''
      : 'Validation is too short for means of 20: there is no threshold for ageing.\n',
    parent === null ? '' : `Goes on from ${parent}.\n`,
    whereTo(outcome),
  ].join('');
  const { segment, segmentSecs, stepSecs } = details;
  const json = {
    ...{ version, kind, parent, width, segments: data.rows, recordings, indices, rule, windows, thresholds },
    segment: { ...segment, equation3, segmentSecs, stepSecs },
    steps: training.steps,
    ...(out === null ? { announcement: announced?.announcement ?? null } : { out }),
  };
  return { text, json };
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
