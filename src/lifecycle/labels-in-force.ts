import type { Label, LabelSubject } from '../records/types.js';

/** What comes before the path in the id of a group of a method; groups of pictures go by their path alone. */
const GROUP_PREFIX = { image: '', noise: 'noise:' } as const;

/** Methods that put things in groups. */
export type GroupMethod = keyof typeof GROUP_PREFIX;

/**
 * Id of a group in statements, its `subjectId`: `2/25` of a group of pictures, `noise:3` of a group of noise. Both count
 * from 0, and their names lie in one topic.
 */
export function groupSubjectId(method: GroupMethod, path: readonly number[]): string {
  return `${GROUP_PREFIX[method]}${path.join('/')}`;
}

/** Whether a `subjectId` is that of a group of pictures. */
export function isImageGroup(subjectId: string): boolean {
  return !subjectId.includes(':');
}

/** What a statement is about, as one text: also the key of its message, so that its order in the log is that of time. */
export function labelKey({ subject, subjectId }: Pick<Label, 'subject' | 'subjectId'>): string {
  return `${subject}/${subjectId}`;
}

/**
 * The last statement about each thing, by {@link labelKey}, also where it takes back what was said. It is a pure function
 * of the statements, in whatever order and however often they came; so what came later may be folded into it:
 * `latestStatements([...latest.values(), ...more])`. Of statements of the same microsecond the larger id is the last.
 */
export function latestStatements(labels: Iterable<Label>): ReadonlyMap<string, Label> {
  const latest = new Map<string, Label>();
  for (const label of labels) {
    const key = labelKey(label);
    const known = latest.get(key);
    if (!known || isLater(label, known)) latest.set(key, label);
  }
  return latest;
}

/**
 * The statements in force: of each thing the last one, unless it takes back what was said. Nothing holds of a thing after
 * that, whatever was said of it before. By subject and id, in the order of their characters.
 */
export function labelsInForce(labels: Iterable<Label>): Label[] {
  return [...latestStatements(labels)]
    .filter(([, { action }]) => action !== 'retract')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, label]) => label);
}

/**
 * Which label things of one kind have by people's word: marks, and predictions that were confirmed with their label;
 * names, of groups.
 * @param labels any statements; those in force are sought out
 * @returns label by the thing's id
 */
export function labelsOf(subject: LabelSubject, labels: Iterable<Label>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { subject: kind, subjectId, action, label } of labelsInForce(labels))
    if (kind === subject && action !== 'dismiss' && label !== null) found.set(subjectId, label);
  return found;
}

function isLater(a: Label, b: Label): boolean {
  return a.timeUs === b.timeUs ? a.id > b.id : a.timeUs > b.timeUs;
}
