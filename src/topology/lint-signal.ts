import { checkFftSize } from '../audio/fft.js';
import { toPlantsenseError } from '../errors.js';
import type { LintContext, SensorVariant } from './lint-context.js';

/** A square wave is 3 dB above the sine of its peak, and the A-weighting raises 2.5 kHz by 1.3 dB. */
const HEADROOM_DB = 5;
/** Below this, in dB SPL, no plant and no microphone is silent. */
const QUIET_DB_SPL = 10;
/** From so many events on a network's groups are about as good as those of pooled features. */
const LEAST_EVENTS_OF_NETWORK = 200;

/** Whether thresholds, tensors and models can work at all. */
export function lintSignal(context: LintContext): void {
  for (const variant of context.sensors()) lintThreshold(context, variant);
  lintLogMel(context);
  lintGroups(context);
  lintNetworks(context);
}

function lintThreshold(context: LintContext, { path, settings, gives }: SensorVariant): void {
  if (!gives('threshold_db', 'calibration_db_spl')) return;
  const { thresholdDb, calibrationDbSpl } = settings;
  const at = [...path, 'threshold_db'];
  if (calibrationDbSpl === null) {
    if (thresholdDb > 0)
      context.report(
        'threshold-looks-db-spl',
        at,
        `The threshold of ${thresholdDb} dB lies above full scale, and there is no calibration.`,
        'Give `calibration_db_spl`, or a threshold below 0 dBFS, unless the chunks bring a calibration.',
      );
    return;
  }
  if (thresholdDb > calibrationDbSpl + HEADROOM_DB)
    context.report(
      'threshold-unreachable',
      at,
      `The threshold of ${thresholdDb} dB SPL is out of reach: a full-scale sine has ${calibrationDbSpl}.`,
    );
  else if (thresholdDb < QUIET_DB_SPL)
    context.report(
      'threshold-looks-dbfs',
      at,
      `The threshold is ${thresholdDb} dB SPL, since the sensor is calibrated: everything is louder.`,
      `In dB SPL, ${thresholdDb} dBFS is ${thresholdDb + calibrationDbSpl}.`,
    );
}

function lintLogMel(context: LintContext): void {
  for (const [name, { logMel }] of context.stages('noise_events')) {
    const { nFft, hop, nMels } = logMel;
    const path = ['stages', name, 'log_mel'];
    const problem = fftSizeProblem(nFft);
    if (problem !== null) context.report('log-mel-shape', [...path, 'n_fft'], problem);
    if (hop > nFft)
      context.report(
        'log-mel-shape',
        [...path, 'hop'],
        `The hop, ${hop}, is longer than the window, ${nFft}.`,
      );
    if (nMels > nFft / 2 + 1)
      context.report(
        'log-mel-shape',
        [...path, 'n_mels'],
        `${nMels} mel bands can't be made of the ${nFft / 2 + 1} bins of a window of ${nFft}.`,
      );
  }
}

function lintGroups(context: LintContext): void {
  for (const [name, { model, firstAfterEvents }] of context.stages('noise_learn')) {
    const path = ['stages', name, 'model'];
    if (model.minGroups > model.maxGroups)
      context.report(
        'groups-range',
        [...path, 'min_groups'],
        `\`min_groups\`, ${model.minGroups}, is above \`max_groups\`, ${model.maxGroups}.`,
      );
    const fewest = model.groups === 'auto' ? model.minGroups : model.groups;
    if (firstAfterEvents < fewest)
      context.report(
        'too-few-events',
        ['stages', name, 'first_after_events'],
        `${firstAfterEvents} events can't make ${fewest} groups.`,
      );
  }
}

function lintNetworks(context: LintContext): void {
  for (const [name, { model, firstAfterEvents, input }] of context.stages('noise_learn')) {
    if (!('filters' in model)) continue;
    const path = ['stages', name, 'model'];
    const halvings = model.filters.length;
    for (const [, { outputs, logMel }] of context.stages('noise_events')) {
      if (outputs.features !== input || logMel.nMels > 2 ** (halvings - 1)) continue;
      context.report(
        'network-too-deep',
        [...path, 'filters'],
        `${halvings} convolutions halve ${logMel.nMels} mel bands ${halvings} times.`,
        `Use fewer \`filters\`, or more \`n_mels\`.`,
      );
    }
    if (firstAfterEvents < LEAST_EVENTS_OF_NETWORK)
      context.report(
        'few-events-for-network',
        ['stages', name, 'first_after_events'],
        `A ${model.type} model is to learn from ${firstAfterEvents} events.`,
        `Use \`first_after_events: ${LEAST_EVENTS_OF_NETWORK}\` or more, or \`type: gmm\`.`,
      );
  }
}

function fftSizeProblem(size: number): string | null {
  try {
    checkFftSize(size);
    return null;
  } catch (error) {
    return toPlantsenseError(error).message;
  }
}
