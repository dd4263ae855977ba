import type { FittedMachine } from '../lifecycle/machine-model/fit-machine.js';
import { formatTable } from './table.js';

/** What came of a training, for people and for programs. */
export function machineReport({ artefact, model, training }: FittedMachine, out: string) {
  const { version, kind, parent, data, indices } = artefact.card;
  const { details } = model;
  const { width, equation3, thresholds, recordings, rule, windows } = details;
  const rows = thresholds.map(({ n, alpha, type, provisional, independentMeans, specificity }) => [
    ...[`${n}`, alpha.toPrecision(4), `${type}${provisional ? ', provisional' : ''}`],
    ...[`${independentMeans}`, specificity.toFixed(3)],
  ]);
  const text = [
    `${version}: ${kind}, ${width ?? 'its own width'}, ${data.rows} segments of ${recordings.training} + ${recordings.validation} recordings\n`,
    `A segment lasts ${equation3} (equation 3)\n`,
    `Loss ${training.loss.toPrecision(4)} after ${training.steps} steps, ${indices.heldOutLoss?.toPrecision(4) ?? '-'} on validation\n`,
    formatTable(['n', 'threshold', 'told by', 'means', 'specificity'], rows),
    thresholds.some(({ n }) => n > 1)
      ? ''
      : 'Validation is too short for means of 20: there is no threshold for ageing.\n',
    parent === null ? '' : `Goes on from ${parent}.\n`,
    `Written to ${out}.\n`,
  ].join('');
  const { segment, segmentSecs, stepSecs } = details;
  const json = {
    ...{ version, kind, parent, width, segments: data.rows, recordings, indices, rule, windows, thresholds },
    segment: { ...segment, equation3, segmentSecs, stepSecs },
    ...{ steps: training.steps, out },
  };
  return { text, json };
}
