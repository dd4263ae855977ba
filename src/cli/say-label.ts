import { randomUUID } from 'node:crypto';
import type { Broker } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { readBytes } from '../files.js';
import {
  type GroupMethod,
  groupSubjectId,
  labelKey,
  latestStatements,
} from '../lifecycle/labels-in-force.js';
import { ModelTimeline } from '../lifecycle/model-timeline.js';
import type { Label, LabelAction, LabelSubject, ModelAnnouncement } from '../records/types.js';
import { readAnnouncements } from '../stages/announcements.js';
import { publishLabels, readLabels } from '../stages/labels.js';
import { ensureTopic } from '../topology/ensure-topic.js';
import { modelsTopicOf } from '../topology/models-topic.js';
import type { Topology } from '../topology/topology.js';
import { checkNamedGroups } from './check-named-groups.js';
import type { Cli } from './cli.js';
import { readConnection, withExistingBroker } from './connection.js';
import { openModelStore } from './known-models.js';
import type { LabelFlags } from './label.js';
import { parseLabelFile } from './label-file.js';
import { labelsTopic } from './label-options.js';

/** What is to be said of one thing. */
interface Said {
  readonly subjectId: string;
  readonly action: LabelAction;
  readonly label: string | null;
}

/** What `label image`, `label group` and the like do. */
export async function say(
  cli: Cli,
  subject: LabelSubject,
  id: string | undefined,
  flags: LabelFlags,
): Promise<void> {
  const said = await whatIsSaid(subject, id, flags);
  const { method = 'image', author = cli.env.USER ?? '', comment, json } = flags;
  const topology = await readConnection(cli, flags);
  const topic = await labelsTopic(topology, flags);
  const nowUs = Date.now() * 1000;
  const { labels, before } = await withExistingBroker(cli, topology, async broker => {
    const before = latestStatements(await readLabels(broker, topic, cli.signal));
    // A name is of a group as one model numbers them: later models of its line know it, others don't.
    const inForce = subject === 'group' ? await modelInForce(cli, broker, topology, method, nowUs) : null;
    const modelVersion = flags.model ?? inForce?.version ?? null;
    if (inForce && method === 'image' && modelVersion === inForce.version)
      await checkNamedGroups(await openModelStore(topology), inForce, namesIn(said));
    cli.signal.throwIfAborted();
    const latest = new Map(before);
    const labels = said.map(({ subjectId, action, label }): Label => {
      const known = latest.get(labelKey({ subject, subjectId }));
      checkRetraction(action, subject, subjectId, known);
      const statement: Label = {
        id: randomUUID(),
        // A clock that goes back must not make the new word the older one.
        timeUs: Math.max(nowUs, known ? known.timeUs + 1 : 0),
        ...{ subject, subjectId, action, label },
        ...{ modelVersion, author, comment },
      };
      latest.set(labelKey(statement), statement);
      return statement;
    });
    await ensureTopic(broker, topology, topic, 'compact');
    await publishLabels(await broker.producer(), topic, labels);
    return { labels, before };
  });
  if (json) return cli.stdout.json(labels);
  await cli.stdout.write(reportOf(labels, before));
}

/** Of names, not of what is taken back: the group may be gone. */
function namesIn(said: readonly Said[]): readonly string[] {
  return said.filter(({ action }) => action === 'name').map(({ subjectId }) => subjectId);
}

async function modelInForce(
  cli: Cli,
  broker: Broker,
  topology: Topology,
  method: GroupMethod,
  timeUs: number,
): Promise<ModelAnnouncement | null> {
  const announcements = await readAnnouncements(broker, modelsTopicOf(topology, method), cli.signal);
  return new ModelTimeline(announcements, method).activeAt(timeUs) ?? null;
}

/** @throws PlantsenseError USAGE_INVALID, FILE_NOT_FOUND */
async function whatIsSaid(subject: LabelSubject, id: string | undefined, flags: LabelFlags): Promise<Said[]> {
  const { as: label = null, confirm, dismiss, retract, fromFile, method = 'image' } = flags;
  const idOf = (text: string) => (subject === 'group' ? groupId(method, text) : text);
  const naming = subject === 'group' ? 'name' : 'mark';
  if (fromFile !== undefined) {
    if (id !== undefined || label !== null || confirm || dismiss || retract)
      throw usage('--from-file says it all: no id, --as, --confirm, --dismiss or --retract beside it.');
    const rows = parseLabelFile(Buffer.from(await readBytes(fromFile)).toString('utf8'), fromFile);
    return rows.map(({ id, label }) => ({ subjectId: idOf(id), action: naming, label }));
  }
  if (id === undefined || id.trim() === '') throw usage('Of which one: give its id, or --from-file.');
  const judged = [confirm && 'confirm', dismiss && 'dismiss', retract && 'retract'].filter(Boolean);
  const isMark = label !== null && !confirm;
  if (judged.length + Number(isMark) !== 1)
    throw usage(
      `Say one thing of it: ${subject === 'alarm' ? '' : '--as, '}--confirm, --dismiss or --retract.`,
    );
  const action = isMark ? naming : (judged[0] as LabelAction);
  return [{ subjectId: idOf(id.trim()), action, label }];
}

/** @throws PlantsenseError USAGE_INVALID for what is no path of a group */
function groupId(method: GroupMethod, text: string): string {
  const path = /^\d{1,9}(\/\d{1,9})*$/.test(text) ? text.split('/').map(Number) : [];
  if (path.length === 0 || (method === 'noise' && path.length > 1))
    throw usage(
      method === 'noise'
        ? `A group of noise is a number, not ${JSON.stringify(text)}.`
        : `A group is a path such as 2/25, not ${JSON.stringify(text)}.`,
    );
  return groupSubjectId(method, path);
}

/** @throws PlantsenseError USAGE_INVALID when there is nothing to take back: the id may be mistyped */
function checkRetraction(
  action: LabelAction,
  subject: LabelSubject,
  subjectId: string,
  known: Label | undefined,
): void {
  if (action !== 'retract' || (known && known.action !== 'retract')) return;
  throw usage(`Nothing was said of the ${subject} ${subjectId} that could be taken back.`);
}

function reportOf(labels: readonly Label[], before: ReadonlyMap<string, Label>): string {
  const [only] = labels;
  if (only && labels.length === 1) {
    const known = before.get(labelKey(only));
    const was = known && known.action !== 'retract' ? ` (before: ${wordsOf(known)})` : '';
    return `${only.subject} ${only.subjectId}: ${wordsOf(only)}${was}.\n`;
  }
  const counts = new Map<string, number>();
  for (const { label } of labels) counts.set(label ?? '', (counts.get(label ?? '') ?? 0) + 1);
  const lines = [...counts].map(([label, count]) => `${count} ${label}`);
  return `${labels.length} statements: ${lines.join(', ')}.\n`;
}

function wordsOf({ action, label }: Label): string {
  const quoted = label === null ? '' : ` ${JSON.stringify(label)}`;
  switch (action) {
    case 'name':
      return `named${quoted}`;
    case 'mark':
      return `marked${quoted}`;
    case 'confirm':
      return `confirmed${quoted}`;
    case 'dismiss':
      return `dismissed${quoted}`;
    case 'retract':
      return 'taken back';
  }
}

function usage(message: string): PlantsenseError {
  return new PlantsenseError('USAGE_INVALID', message);
}
