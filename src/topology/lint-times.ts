import { segmentDuration } from '../lifecycle/machine-model/segment-duration.js';
import type { LintContext, SensorVariant } from './lint-context.js';
import { machineResidualOf } from './machine-residual-options.js';
import type { MachineResidualOptions, NoiseEventsOptions } from './stage-options.js';

const SECS_PER_HOUR = 3600;

/** Whether times fit each other: deadlines, retention, the lengths of events. */
export function lintTimes(context: LintContext): void {
  lintDrain(context);
  lintWarmUp(context);
  for (const variant of context.sensors()) {
    lintDurationRange(context, variant);
    for (const [, stage] of context.stages('noise_events')) lintEventTimes(context, variant, stage);
  }
  lintHoldBack(context);
  lintMachineHoldBack(context);
  lintWindow(context);
}

function lintDrain(context: LintContext): void {
  const { drainDeadlineMs, sessionTimeoutMs, rebalanceTimeoutMs } = context.topology.runtime;
  const limits = [
    ['session_timeout_ms', sessionTimeoutMs],
    ['rebalance_timeout_ms', rebalanceTimeoutMs],
  ] as const;
  for (const [option, limit] of limits) {
    if (drainDeadlineMs < limit) continue;
    context.report(
      'drain-deadline',
      ['runtime', 'drain_deadline_ms'],
      `The drain deadline of ${drainDeadlineMs} ms is not below \`${option}\`, ${limit} ms.`,
      `Shorten it, or raise \`${option}\`.`,
    );
  }
}

function lintWarmUp(context: LintContext): void {
  for (const [name, { warmupSecs, gridSecs, clockJumpSecs }] of context.stages('noise_events')) {
    const path = ['stages', name, 'warmup_secs'];
    if (warmupSecs > gridSecs)
      context.report(
        'warm-up-range',
        path,
        `The warm-up of ${warmupSecs} s is longer than a grid step, ${gridSecs} s.`,
      );
    if (warmupSecs <= clockJumpSecs)
      context.report(
        'warm-up-range',
        path,
        `The warm-up of ${warmupSecs} s is not longer than \`clock_jump_secs\`, ${clockJumpSecs} s.`,
      );
  }
}

function lintDurationRange(context: LintContext, { path, settings, gives }: SensorVariant): void {
  if (settings.minDurationSecs < settings.maxDurationSecs || !gives('min_duration_secs', 'max_duration_secs'))
    return;
  context.report(
    'duration-range',
    [...path, 'min_duration_secs'],
    `\`min_duration_secs\`, ${settings.minDurationSecs}, is not below \`max_duration_secs\`, ${settings.maxDurationSecs}.`,
  );
}

function lintEventTimes(
  context: LintContext,
  { path, settings, gives }: SensorVariant,
  stage: NoiseEventsOptions,
): void {
  const { maxDurationSecs, preRollSecs } = settings;
  if (maxDurationSecs < 2 * stage.gridSecs && gives('max_duration_secs'))
    context.report(
      'max-duration-short',
      [...path, 'max_duration_secs'],
      `\`max_duration_secs\`, ${maxDurationSecs}, is less than two grid steps of ${stage.gridSecs} s.`,
      `Use ${2 * stage.gridSecs} or more, or a shorter \`grid_secs\`.`,
    );
  if (preRollSecs > stage.warmupSecs && gives('pre_roll_secs'))
    context.report(
      'pre-roll-beyond-warm-up',
      [...path, 'pre_roll_secs'],
      `\`pre_roll_secs\`, ${preRollSecs}, is longer than \`warmup_secs\`, ${stage.warmupSecs}.`,
      'Shorten it, or raise `warmup_secs`.',
    );
}

function lintHoldBack(context: LintContext): void {
  for (const [, stage] of context.stages('noise_events')) {
    const topic = context.topology.topics.get(stage.input);
    if (!topic || topic.cleanup === 'compact' || topic.retentionHours === null) continue;
    const needed = Math.max(...context.sensors().map(({ settings }) => holdBackSecs(settings, stage)));
    if (topic.retentionHours * SECS_PER_HOUR > needed) continue;
    context.report(
      'retention-shorter-than-hold-back',
      ['topics', stage.input, 'retention_hours'],
      `\`${stage.input}\` is kept for ${topic.retentionHours * SECS_PER_HOUR} s; up to ${needed} s are needed to rebuild an open event.`,
    );
  }
}

function lintMachineHoldBack(context: LintContext): void {
  for (const [, stage] of context.stages('machine_residual')) {
    const topic = context.topology.topics.get(stage.input);
    if (!topic || topic.cleanup === 'compact' || topic.retentionHours === null) continue;
    const needed = Math.ceil(machineHoldBackSecs(stage));
    if (topic.retentionHours * SECS_PER_HOUR > needed) continue;
    context.report(
      'retention-shorter-than-hold-back',
      ['topics', stage.input, 'retention_hours'],
      `\`${stage.input}\` is kept for ${topic.retentionHours * SECS_PER_HOUR} s; up to ${needed} s are needed to rebuild the state of a machine.`,
    );
  }
}

/** The longest stretch of log from which a stage rebuilds what it knows of a machine. */
function machineHoldBackSecs(stage: MachineResidualOptions): number {
  const { segment, detectors, idleSecs } = machineResidualOf(stage);
  const { secs, stepSecs } = segmentDuration(segment);
  const hold = Math.max(
    ...detectors.map(
      ({ n, holdSegments, holdSecs }) => n * stepSecs + Math.max(holdSegments * stepSecs, holdSecs),
    ),
  );
  return secs + hold + idleSecs;
}

/** The longest stretch of log from which a stage rebuilds what it knows of a sensor. */
function holdBackSecs(settings: SensorVariant['settings'], stage: NoiseEventsOptions): number {
  const { preRollSecs, maxDurationSecs, releaseSecs, postRollSecs, holdOffSecs } = settings;
  const event = preRollSecs + maxDurationSecs + releaseSecs + postRollSecs + holdOffSecs;
  return event + stage.gridSecs + stage.warmupSecs + stage.idleSecs;
}

function lintWindow(context: LintContext): void {
  for (const [name, stage] of [
    ...context.stages('noise_learn'),
    ...context.stages('machine_learn'),
    ...context.stages('image_learn'),
  ]) {
    const kept = context.topology.topics.get(stage.input)?.retentionHours ?? Number.POSITIVE_INFINITY;
    if (kept >= stage.windowHours) continue;
    context.report(
      'retention-shorter-than-window',
      ['stages', name, 'window_hours'],
      `\`${stage.input}\` is kept for ${kept} hours, less than the window of ${stage.windowHours}.`,
    );
  }
}
