import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LabelSubject } from '../records/types.js';
import type { Cli } from './cli.js';
import { listLabelsCommand } from './label-list.js';
import { type LabelsFlags, withLabelsOptions } from './label-options.js';
import { choice, newCommand, newGroup } from './new-command.js';

/** What is said: one of the first four. */
export interface LabelFlags extends LabelsFlags {
  readonly as?: string;
  readonly confirm?: true;
  readonly dismiss?: true;
  readonly retract?: true;
  readonly fromFile?: string;
  readonly method?: 'image' | 'noise';
  readonly model?: string;
  readonly author?: string;
  readonly comment: string;
}

const TOPIC_RULE =
  'The last statement about a thing holds; `label list` shows those. Statements go to the topic labels, where running topologies learn from them.';

const MOST_CHARACTERS = 256;

export function labelCommand(cli: Cli): Command {
  return newGroup('label', 'Say what images, sounds and groups are, and judge alarms.', [
    thingCommand(cli, 'image', {
      about: `Say what an image shows, by the frame id that assignments have, or judge the label that a model suspects. ${TOPIC_RULE}`,
      example: 'label image 0f3a9c41d2b75e6880a1b2c3d4e5f607 --as scratch',
    }),
    thingCommand(cli, 'event', {
      about: `Say what made a noise event, by its id, or judge the label that a model suspects. ${TOPIC_RULE}`,
      example: 'label event 0f3a9c41d2b75e6880a1b2c3d4e5f607 --as forklift',
    }),
    groupCommand(cli),
    alarmCommand(cli),
    listLabelsCommand(cli),
  ]);
}

function thingCommand(
  cli: Cli,
  subject: LabelSubject,
  { about, example }: { about: string; example: string },
): Command {
  const command = newCommand(subject, about, example).argument('[id]', 'its id; not with --from-file');
  withLabel(command).addOption(new Option('--confirm', 'the suspected label is right; with --as, that one'));
  command.addOption(new Option('--dismiss', 'the suspected label is wrong'));
  return withCommonOptions(command).action(sayWith(cli, subject));
}

function groupCommand(cli: Cli): Command {
  const command = newCommand(
    'group',
    `Give a group a name, by its path. Group ids stay the same when a model is learnt again, and so do names. ${TOPIC_RULE}`,
    'label group 2/25 --as "edge scratches"',
  ).argument('[path]', 'group, sub-group and so on, such as 2/25; not with --from-file');
  withLabel(command).addOption(
    choice('--method <method>', 'whose group: image, or noise, whose groups are numbers', [
      ...['image', 'noise'],
    ]).default('image'),
  );
  return withCommonOptions(command).action(sayWith(cli, 'group'));
}

function alarmCommand(cli: Cli): Command {
  const command = newCommand(
    'alarm',
    `Confirm an alarm, or dismiss it as a false one, by its id. ${TOPIC_RULE}`,
    'label alarm 0f3a9c41d2b75e6880a1b2c3d4e5f607 --dismiss --comment "the crane"',
  )
    .argument('<id>', 'its id')
    .option('--confirm', 'it was right')
    .option('--dismiss', 'it was false');
  return withCommonOptions(command).action(sayWith(cli, 'alarm'));
}

function withLabel(command: Command): Command {
  return command
    .option('--as <label>', 'what it is', labelText)
    .option(
      '--from-file <csv>',
      'say it of many: a line each with id and label, a comma between them; a first line `id,label` is a header',
    );
}

function withCommonOptions(command: Command): Command {
  command
    .option('--retract', 'take back what was said of it')
    .option('--model <version>', 'the model version whose answer you saw')
    .option('--author <name>', 'who says it (default: USER of the environment)')
    .option('--comment <text>', 'anything else', '');
  return withLabelsOptions(command);
}

function sayWith(cli: Cli, subject: LabelSubject) {
  return async (id: string | undefined, flags: LabelFlags) => {
    const { say } = await import('./say-label.js');
    await say(cli, subject, id, flags);
  };
}

function labelText(text: string): string {
  const label = text.trim();
  if (label.length > 0 && label.length <= MOST_CHARACTERS) return label;
  throw new InvalidArgumentError(`It must have 1 to ${MOST_CHARACTERS} characters.`);
}
