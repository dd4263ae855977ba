import { comesFromOutside } from '../records/topics.js';
import { cycleThrough, type Edge, type TopicNode } from './graph.js';
import type { Path } from './json-schema.js';
import type { LintContext } from './lint-context.js';
import { FROM_OUTSIDE, type RecordKind } from './ports.js';
import { nearestWord } from './suggest.js';

/** Several stages may write these: their rows are told apart by what they say. */
const SHARED: readonly RecordKind[] = ['alarms', 'dead-letter'];

/** How stages hang together by topics. */
export function lintTopics(context: LintContext): void {
  for (const topic of context.graph.topics.values()) {
    lintDeclaration(context, topic);
    lintFlow(context, topic);
    lintKinds(context, topic);
  }
  lintPartitions(context);
  lintCycles(context);
  lintCompaction(context);
}

function lintDeclaration(context: LintContext, { name, writers, readers }: TopicNode): void {
  const declared = [...context.topology.topics.keys()];
  const edges = [...writers, ...readers];
  if (declared.includes(name)) {
    if (edges.length === 0)
      context.report('topic-unused', ['topics', name], `No stage reads or writes \`${name}\`.`);
    return;
  }
  const nearest = nearestWord(name, declared);
  const suggestion = nearest === null ? 'Add it to `topics`.' : `Did you mean \`${nearest}\`?`;
  for (const edge of edges)
    context.report(
      'topic-undeclared',
      optionOf(edge),
      `\`topics\` does not declare \`${name}\`.`,
      suggestion,
    );
}

function lintFlow(context: LintContext, { name, writers, readers }: TopicNode): void {
  if (!context.topology.topics.has(name)) return;
  // A store takes records of many kinds: what it reads is told by the topic's name.
  const fromOutside =
    comesFromOutside(name) || readers.some(edge => edge.kinds.every(kind => FROM_OUTSIDE.includes(kind)));
  if (writers.length === 0 && !fromOutside) {
    for (const edge of readers)
      context.report(
        'topic-unwritten',
        optionOf(edge),
        `No stage writes \`${name}\`, so there is nothing to read.`,
      );
  }
  if (readers.length === 0) {
    for (const edge of writers) {
      if (edge.kinds.includes('dead-letter')) continue;
      context.report('topic-unread', optionOf(edge), `No stage reads \`${name}\`.`);
    }
  }
  const [first, ...more] = writers.filter(edge => !edge.kinds.some(kind => SHARED.includes(kind)));
  for (const edge of more)
    context.report(
      'duplicate-writer',
      optionOf(edge),
      `\`${first?.stage}\` writes \`${name}\` too.`,
      'Give it a topic of its own.',
    );
}

function lintKinds(context: LintContext, { name, writers, readers }: TopicNode): void {
  const [first, ...more] = writers;
  const kind = first?.kinds[0];
  if (kind === undefined) return;
  for (const edge of more) {
    if (edge.kinds[0] === kind) continue;
    const both = `${kind} (by \`${first?.stage}\`) and ${edge.kinds[0]}`;
    context.report('record-mismatch', optionOf(edge), `\`${name}\` is given two kinds of record: ${both}.`);
  }
  for (const edge of readers) {
    if (edge.kinds.includes(kind)) continue;
    const wanted = edge.kinds.join(', ');
    context.report(
      'record-mismatch',
      optionOf(edge),
      `\`${name}\` holds ${kind}; \`${edge.stage}\` reads ${wanted} here.`,
    );
  }
}

/** A lane writes to the partition of its own number. The store's rows depend on no order, nor do a fit's. */
function lintPartitions(context: LintContext): void {
  const { topics } = context.topology;
  for (const [name, { input }] of [
    ...context.stages('noise_events'),
    ...context.stages('noise_assign'),
    ...context.stages('machine_residual'),
    ...context.stages('image_features'),
    ...context.stages('image_assign'),
  ]) {
    const lanes = topics.get(input)?.partitions ?? 0;
    for (const { topic } of context.graph.stages.get(name)?.writes ?? []) {
      const partitions = topics.get(topic)?.partitions ?? lanes;
      if (partitions >= lanes) continue;
      context.report(
        'fewer-partitions',
        ['topics', topic, 'partitions'],
        `\`${topic}\` has ${partitions} partitions; \`${name}\` reads ${lanes} of \`${input}\`.`,
        `Use \`partitions: ${lanes}\`.`,
      );
    }
  }
}

function lintCycles(context: LintContext): void {
  const reported = new Set<string>();
  for (const stage of context.graph.stages.values()) {
    const way = cycleThrough(context.graph, stage);
    // Stages and topics in turn: a topic may be called like a stage.
    if (!way || way.some((name, i) => i % 2 === 0 && reported.has(name))) continue;
    reported.add(stage.name);
    const edge = stage.writes.find(({ topic }) => topic === way[1]);
    const path: Path = edge ? optionOf(edge) : ['stages', stage.name];
    context.report('cycle', path, `Records go round: ${way.join(' → ')}.`);
  }
}

function lintCompaction(context: LintContext): void {
  for (const [name, settings] of context.topology.topics) {
    const announces = context.graph.topics.get(name);
    const edges = [...(announces?.writers ?? []), ...(announces?.readers ?? [])];
    if (
      settings.cleanup === 'compact' ||
      !edges.some(edge => edge.kinds.length === 1 && edge.kinds[0] === 'models')
    )
      continue;
    context.report(
      'models-not-compacted',
      ['topics', name],
      `\`${name}\` announces models and is not compacted.`,
      'Set `cleanup: compact`.',
    );
  }
}

export function optionOf(edge: Edge): Path {
  return ['stages', edge.stage, ...edge.option];
}
