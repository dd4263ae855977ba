import type { Command } from 'commander';
import type { Label, LabelSubject } from '../records/types.js';
import type { Cli } from './cli.js';
import { readConnection, withExistingBroker } from './connection.js';
import { type LabelsFlags, withLabelsOptions } from './label-options.js';
import { choice, newCommand } from './new-command.js';
import { formatTable } from './table.js';

interface ListFlags extends LabelsFlags {
  readonly subject?: LabelSubject;
}

const SUBJECTS: readonly LabelSubject[] = ['image', 'event', 'segment', 'group', 'alarm'];

export function listLabelsCommand(cli: Cli): Command {
  const command = newCommand(
    'list',
    'List the statements in force: the last one about each thing, unless it was taken back.',
    'label list --subject image --json',
  ).addOption(choice('--subject <kind>', 'only statements about these', SUBJECTS));
  return withLabelsOptions(command).action(async (flags: ListFlags) => {
    const { labelsInForce } = await import('../lifecycle/labels-in-force.js');
    const { readLabels } = await import('../stages/labels.js');
    const { subject, labelsTopic, json } = flags;
    const labels = await withExistingBroker(cli, await readConnection(cli, flags), broker =>
      readLabels(broker, labelsTopic, cli.signal),
    );
    cli.signal.throwIfAborted();
    const listed = labelsInForce(labels).filter(label => subject === undefined || label.subject === subject);
    if (json) return cli.stdout.json(listed);
    await cli.stdout.write(formatTable(HEADERS, listed.map(rowOf)) || 'No statement is in force.\n');
  });
}

const HEADERS = ['subject', 'id', 'says', 'label', 'time', 'author', 'model', 'comment'];

function rowOf({
  subject,
  subjectId,
  action,
  label,
  timeUs,
  author,
  modelVersion,
  comment,
}: Label): string[] {
  const time = new Date(timeUs / 1000).toISOString();
  return [subject, subjectId, action, label ?? '', time, author, modelVersion ?? '', comment];
}
