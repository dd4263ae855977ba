import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openEmbedded } from '../broker/embedded/open.js';
import { fitImageModel } from '../lifecycle/image-model/fit-image-model.js';
import { FIT, KINDS, mixed, setOf } from '../lifecycle/image-model/testing/pictures.js';
import { writeModelDirectory } from '../lifecycle/model-directory.js';
import { codec } from '../records/codec.js';
import { EXAMPLES } from '../records/testing/examples.js';
import { readLabels } from '../stages/labels.js';
import { runInProcess } from './testing/run-in-process.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-label-'));
afterAll(() => rmSync(directory, { recursive: true }));

let data = '';
let next = 0;
beforeEach(() => {
  data = join(directory, `data-${next++}`);
  mkdirSync(data);
});

const label = (...args: string[]) => runInProcess(['label', ...args, '--data-dir', data]);
const said = async (...args: string[]) => {
  const ended = await label(...args);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return ended.stdout;
};
const listed = async (...args: string[]): Promise<unknown[]> =>
  JSON.parse(await said('list', '--json', ...args)).map((each: Record<string, unknown>) => [
    ...[each.subject, each.subjectId, each.action, each.label],
  ]);

describe('label', () => {
  it('says what images, events and groups are, and judges alarms', async () => {
    expect(await said('image', 'f1', '--as', ' scratch ')).toBe('image f1: marked "scratch".\n');
    expect(await said('group', '2/25', '--as', 'edge scratches')).toBe(
      'group 2/25: named "edge scratches".\n',
    );
    expect(await said('group', '3', '--as', 'forklift', '--method', 'noise')).toContain(
      'group noise:3: named',
    );
    expect(await said('event', 'e1', '--confirm', '--as', 'forklift')).toContain('confirmed "forklift"');
    expect(await said('image', 'f2', '--dismiss')).toBe('image f2: dismissed.\n');
    expect(await said('alarm', 'a1', '--dismiss', '--comment', 'the crane')).toBe('alarm a1: dismissed.\n');
    expect(await listed()).toEqual([
      ['alarm', 'a1', 'dismiss', null],
      ['event', 'e1', 'confirm', 'forklift'],
      ['group', '2/25', 'name', 'edge scratches'],
      ['group', 'noise:3', 'name', 'forklift'],
      ['image', 'f1', 'mark', 'scratch'],
      ['image', 'f2', 'dismiss', null],
    ]);
    expect(await listed('--subject', 'group')).toHaveLength(2);
    expect((await label('list')).stdout).toMatch(
      /^subject +id +says +label +time +author +model +comment\nalarm +a1 +dismiss .* the crane$/m,
    );
  });

  it('lets the last word hold, says what it was before, and takes back', async () => {
    await said('image', 'f1', '--as', 'scratch');
    expect(await said('image', 'f1', '--as', 'dent')).toBe(
      'image f1: marked "dent" (before: marked "scratch").\n',
    );
    expect(await said('image', 'f1', '--retract')).toBe('image f1: taken back (before: marked "dent").\n');
    expect(await listed()).toEqual([]);
    expect((await label('list')).stdout).toBe('No statement is in force.\n');
    expect(await said('image', 'f1', '--as', 'hole')).toBe('image f1: marked "hole".\n');
  });

  it('keeps who said it, of which model’s answer, and all that was said before', async () => {
    const args = [
      'label',
      'image',
      'f1',
      '--as',
      'dent',
      '--model',
      'v0002-0123456789ab',
      '--data-dir',
      data,
      '--json',
    ];
    const { stdout } = await runInProcess(args, { env: { USER: 'mara' } });
    expect(JSON.parse(stdout)).toEqual([
      {
        ...{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), timeUs: expect.any(Number), subject: 'image' },
        ...{ subjectId: 'f1', action: 'mark', label: 'dent', modelVersion: 'v0002-0123456789ab' },
        ...{ author: 'mara', comment: '' },
      },
    ]);
    await said('image', 'f1', '--as', 'hole', '--author', 'jo');
    const broker = await openEmbedded(data, { mode: 'own' });
    const all = await readLabels(broker, 'labels', new AbortController().signal);
    expect(all.map(({ label, author }) => [label, author])).toEqual([
      ['dent', 'mara'],
      ['hole', 'jo'],
    ]);
    // Statements may not fall to retention: the topic keeps the last one about each thing.
    expect(await broker.admin.describeTopic('labels')).toMatchObject({ cleanupPolicy: 'compact' });
    await broker.close();
  });

  // A group of the same number is another one in a model that begins anew.
  it('keeps of a group which model numbers it so: that in force, or the one that is named', async () => {
    const broker = await openEmbedded(data, { mode: 'own' });
    await broker.admin.createTopic('models', { partitions: 1 });
    const announce = (sequence: number, method: string, activeFromUs: number) =>
      codec('model-announcement').encode({
        ...{ ...EXAMPLES['model-announcement'], method, entity: '', sequence, state: 'promoted' },
        ...{ version: `v000${sequence}-${method}`, activeFromUs },
      });
    const values = [announce(1, 'image', 0), announce(2, 'image', 0), announce(3, 'image', 7e15)];
    const messages = [...values, announce(4, 'noise', 0)].map(value => ({ key: 'k', value }));
    await (await broker.producer()).send('models', messages);
    await broker.close();
    const modelOf = async (...args: string[]) => {
      const [said] = JSON.parse((await label(...args, '--json')).stdout);
      return said.modelVersion;
    };
    expect(await modelOf('group', '2/25', '--as', 'scratches')).toBe('v0002-image');
    expect(await modelOf('group', '2', '--as', 'forklift', '--method', 'noise')).toBe('v0004-noise');
    expect(await modelOf('group', '2/25', '--as', 'dents', '--model', 'v0001-image')).toBe('v0001-image');
    expect(await modelOf('image', 'f1', '--as', 'dents')).toBeNull();
  });

  it('goes to the topic that a topology learns from', async () => {
    const topology = readFileSync('topologies/image-grouping.yaml', 'utf8').replaceAll(/\blabels\b/g, 'said');
    const file = join(directory, 'topology.yaml');
    writeFileSync(file, topology.replaceAll('said:', 'labels:').replace('  labels: {', '  said: {'));
    await said('image', 'f1', '--as', 'dent', '--topology', file);
    expect(await listed('--labels-topic', 'said')).toHaveLength(1);
    expect(await listed('--topology', file)).toHaveLength(1);
  });

  // It would have been the older word, and without effect.
  it('holds also when the clock has gone back since the last word', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-01-01') });
    try {
      await said('image', 'f1', '--as', 'scratch');
    } finally {
      vi.useRealTimers();
    }
    await said('image', 'f1', '--as', 'dent');
    expect(await listed()).toEqual([['image', 'f1', 'mark', 'dent']]);
  });

  it('says it of many by a file, of which the last line about a thing holds', async () => {
    const file = join(directory, 'labels.csv');
    writeFileSync(file, 'id,label\nf1,scratch\nf2,"edge, worn"\nf1,dent\n');
    expect(await said('image', '--from-file', file)).toBe('3 statements: 1 scratch, 1 edge, worn, 1 dent.\n');
    expect(await listed()).toEqual([
      ['image', 'f1', 'mark', 'dent'],
      ['image', 'f2', 'mark', 'edge, worn'],
    ]);
    writeFileSync(file, 'id,label\n2/25,scratches\n2/x,dents\n');
    expect(await label('group', '--from-file', file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('A group is a path such as 2/25, not "2/x".'),
    });
    expect(await listed('--subject', 'group')).toEqual([]);
    expect(await label('image', '--from-file', join(directory, 'nowhere.csv'))).toMatchObject({ code: 1 });
  });

  it('writes to and reads from another topic', async () => {
    await said('image', 'f1', '--as', 'dent', '--labels-topic', 'line-2.labels');
    expect(await listed('--labels-topic', 'line-2.labels')).toHaveLength(1);
    expect(await listed()).toEqual([]);
  });

  it.each([
    [['image', 'f1']],
    [['image', '--as', 'dent']],
    [['image', ' ', '--as', 'dent']],
    [['image', 'f1', '--as', ' ']],
    [['image', 'f1', '--as', 'x'.repeat(257)]],
    [['image', 'f1', '--as', 'dent', '--dismiss']],
    [['image', 'f1', '--confirm', '--dismiss']],
    [['image', 'f1', '--from-file', 'labels.csv']],
    [['image', '--from-file', 'labels.csv', '--as', 'dent']],
    [['group', '2/', '--as', 'dents']],
    [['group', '1/2', '--method', 'noise', '--as', 'dents']],
    [['group', '2', '--confirm']],
    [['alarm', 'a1', '--as', 'dents']],
    [['alarm', 'a1']],
    [['alarm', '--confirm']],
  ])('refuses %j', async args => {
    const { code, stdout, stderr } = await label(...args);
    expect([code, stdout, stderr.split(':')[0]]).toEqual([2, '', 'USAGE_INVALID']);
    expect(await listed()).toEqual([]);
  });

  it('does not take back what was never said: the id may be mistyped', async () => {
    const nothing = { code: 2, stderr: expect.stringContaining('Nothing was said of the image f1') };
    expect(await label('image', 'f1', '--retract')).toMatchObject(nothing);
    await said('image', 'f1', '--as', 'dent');
    await said('image', 'f1', '--retract');
    expect(await label('image', 'f1', '--retract')).toMatchObject(nothing);
  });

  it('names groups of images that there are in the model, and no others', async () => {
    const model = join(directory, 'model');
    await writeModelDirectory(model, await fitImageModel(setOf(mixed(KINDS)), FIT));
    expect((await runInProcess(['models', 'promote', model, '--data-dir', data])).code).toBe(0);
    expect(await said('group', '2', '--as', 'scratches')).toContain('named "scratches"');
    const names = join(directory, 'names.csv');
    writeFileSync(names, 'id,label\n1,holes\n7/3,dents\n');
    for (const args of [
      ['7/3', '--as', 'dents'],
      ['--from-file', names],
    ])
      expect(await label('group', ...args)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/has no group 7\/3\. It has 0, 1, 2/),
      });
    expect(await listed()).toEqual([['group', '2', 'name', 'scratches']]);
    // Of a model that lies elsewhere nothing is known here.
    expect(await said('group', '7/3', '--as', 'dents', '--model', 'v0009-elsewhere')).toContain('named');
    expect(await said('group', '7/3', '--retract')).toContain('taken back');
  });

  it('makes no data directory in a mistyped place', async () => {
    const nowhere = join(directory, 'nowhere');
    for (const args of [['image', 'f1', '--as', 'dent'], ['list']])
      expect(await runInProcess(['label', ...args, '--data-dir', nowhere])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('FILE_NOT_FOUND'),
      });
    expect(existsSync(nowhere)).toBe(false);
  });
});
