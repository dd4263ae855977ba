import type { LintContext } from './lint-context.js';
import type { MachineLearnOptions, MachineResidualOptions } from './stage-options.js';

/** Whether there are machines, and whether they are learnt as they are judged, from as much as that takes. */
export function lintMachines(context: LintContext): void {
  for (const [name, stage] of context.stages('machine_residual')) {
    lintPresence(context, name);
    lintWait(context, name, stage);
  }
  for (const [name, stage] of context.stages('machine_learn')) {
    lintBlocks(context, name, stage);
    lintCreeping(context, name, stage);
  }
}

function lintPresence(context: LintContext, name: string): void {
  if (context.machines().length > 0) return;
  context.report('no-machines', ['stages', name], `No sensor has \`machine\` set: \`${name}\` scores none.`);
}

function lintWait(
  context: LintContext,
  name: string,
  { models, outputs, whenNoModel }: MachineResidualOptions,
): void {
  if (whenNoModel !== 'wait' || outputs.features === null) return;
  for (const [learner, { input, outputs: announces }] of context.stages('machine_learn')) {
    if (input !== outputs.features || announces.models !== models) continue;
    context.report(
      'waits-for-itself',
      ['stages', name, 'when_no_model'],
      `\`${name}\` waits for models of \`${learner}\`, which learns from what \`${name}\` writes.`,
      'Use `when_no_model: unscored`.',
    );
  }
}

function lintBlocks(context: LintContext, name: string, stage: MachineLearnOptions): void {
  const { blockSegments, firstAfterSegments, model } = stage;
  const path = ['stages', name, 'block_segments'];
  if (blockSegments < model.creepingSegments)
    context.report(
      'block-range',
      path,
      `A block of ${blockSegments} segments holds no mean of ${model.creepingSegments}.`,
    );
  if (firstAfterSegments <= blockSegments)
    context.report(
      'block-range',
      path,
      `${firstAfterSegments} segments, after which a first model is trained, may lie in one block of ${blockSegments}.`,
    );
}

function lintCreeping(context: LintContext, name: string, { outputs, model }: MachineLearnOptions): void {
  for (const [judge, { models, creeping }] of context.stages('machine_residual')) {
    if (models !== outputs.models || creeping.segments === model.creepingSegments) continue;
    context.report(
      'creeping-mismatch',
      ['stages', name, 'model', 'creeping_segments'],
      `\`${judge}\` takes means of ${creeping.segments}, and the models have a threshold for means of ${model.creepingSegments}.`,
      `Use ${creeping.segments}.`,
    );
  }
}
