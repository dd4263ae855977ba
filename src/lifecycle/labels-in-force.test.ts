import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXAMPLES } from '../records/testing/examples.js';
import type { Label, LabelAction } from '../records/types.js';
import { groupSubjectId, labelsInForce, labelsOf, latestStatements } from './labels-in-force.js';

function say(timeUs: number, action: LabelAction, label: string | null = null, of = 'a'): Label {
  return { ...EXAMPLES.label, id: `s${timeUs}`, timeUs, subject: 'image', subjectId: of, action, label };
}

const said = (...labels: Label[]) =>
  labelsInForce(labels).map(each => [each.subjectId, each.action, each.label]);

describe('the labels in force', () => {
  it('are the last words on each thing', () => {
    expect(said(say(1, 'mark', 'scratch'), say(2, 'mark', 'dent'), say(3, 'mark', 'hole', 'b'))).toEqual([
      ['a', 'mark', 'dent'],
      ['b', 'mark', 'hole'],
    ]);
  });

  it('are none of a thing after what was said was taken back, until more is said', () => {
    const taken = [say(1, 'mark', 'scratch'), say(2, 'mark', 'dent'), say(3, 'retract')];
    expect(said(...taken)).toEqual([]);
    expect(said(...taken, say(4, 'mark', 'hole'))).toEqual([['a', 'mark', 'hole']]);
  });

  it('keep things of different kinds apart, and groups of different methods', () => {
    const name = (method: 'image' | 'noise') => ({
      ...{ ...say(1, 'name', method), subject: 'group' as const },
      subjectId: groupSubjectId(method, [3]),
    });
    const labels = [say(1, 'mark', 'dent', '3'), name('noise'), name('image')];
    expect(said(...labels)).toEqual([
      ['3', 'name', 'image'],
      ['noise:3', 'name', 'noise'],
      ['3', 'mark', 'dent'],
    ]);
    expect([...labelsOf('group', labels)]).toEqual([
      ['3', 'image'],
      ['noise:3', 'noise'],
    ]);
    expect(groupSubjectId('image', [2, 25, 1])).toBe('2/25/1');
  });

  it('hold what was confirmed with its label, and no label of what was dismissed', () => {
    const labels = [
      ...[say(1, 'mark', 'dent'), say(2, 'dismiss')],
      ...[say(3, 'confirm', 'hole', 'b'), say(4, 'confirm', null, 'c'), say(5, 'dismiss', 'dent', 'd')],
    ];
    expect([...labelsOf('image', labels)]).toEqual([['b', 'hole']]);
  });

  const statements = fc.array(
    fc
      .record({
        timeUs: fc.nat(5),
        action: fc.constantFrom('mark', 'retract', 'confirm', 'dismiss'),
        id: fc.string({ minLength: 1, maxLength: 3 }),
        of: fc.constantFrom('a', 'b', 'c'),
      })
      .map(({ timeUs, action, id, of }) => ({ ...say(timeUs, action as LabelAction, id, of), id })),
  );

  // Partitions are read one after the other, messages twice after a crash, and a stage folds in what comes.
  it('are the same in whatever order, however often and in whatever parts statements come', () => {
    fc.assert(
      fc.property(statements, fc.nat(), fc.nat(), (labels, turn, cut) => {
        const once = labels.filter((each, i) => labels.findIndex(({ id }) => id === each.id) === i);
        const at = once.length > 0 ? turn % once.length : 0;
        const turned = [...once.slice(at), ...once.slice(0, at)].reverse();
        expect(labelsInForce([...turned, ...once])).toEqual(labelsInForce(once));
        const [early, late] = [once.slice(0, cut), once.slice(cut)];
        const folded = latestStatements([...latestStatements(early).values(), ...late]);
        expect(labelsInForce(folded.values())).toEqual(labelsInForce(once));
      }),
    );
  });
});
