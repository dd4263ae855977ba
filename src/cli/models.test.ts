import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitMachine } from '../lifecycle/machine-model/fit-machine.js';
import { TINY_FIT, tinySet } from '../lifecycle/machine-model/testing/tiny-machine.js';
import { writeModelDirectory } from '../lifecycle/model-directory.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { writeMachine } from './testing/machine-recordings.js';
import { runInProcess } from './testing/run-in-process.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-models-cli-'));
const at = (name: string) => join(directory, name);
const models = (...args: string[]) => runInProcess(['models', ...args, '--data-dir', at('data')]);
const json = async (...args: string[]) => {
  const ended = await models(...args, '--json');
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout);
};
const versionIn = (name: string): string =>
  JSON.parse(readFileSync(join(at(name), 'card.json'), 'utf8')).version;
/** Of each model its machine, its version, and whether it is used. */
const listed = async (...args: string[]): Promise<unknown[]> =>
  (await json('list', ...args)).map((model: Record<string, unknown>) => [
    ...[model.entity, model.version, model.active],
  ]);

let [shared, first, second, noise] = ['', '', '', ''];
beforeAll(async () => {
  await openBackend();
  const data = await tinySet(directory, 'normal', Array(6).fill(40));
  const learn = async (name: string, options: Parameters<typeof fitMachine>[2]) => {
    const fitted = await fitMachine(data.set, data.source, { ...TINY_FIT, ...options });
    await writeModelDirectory(at(name), fitted.artefact);
    return fitted;
  };
  const learnt = await learn('first', {});
  const again = await learn('second', { parent: learnt });
  const other = await learn('shared', { seed: 4 });
  for (const { model } of [learnt, again, other]) model.dispose();
  await data.close();
  writeMachine(at('wav'), 20, { secs: 3 });
  const args = [at('wav'), '--model', 'kmeans', '--groups', '2'];
  for (const [out, seed] of [
    ['noise', '1'],
    ['noise-2', '2'],
  ] as const) {
    const trained = await runInProcess(['train', 'noise', ...args, '--seed', seed, '--out', at(out)]);
    expect(trained).toMatchObject({ code: 0 });
  }
  [shared, first, second, noise] = [
    versionIn('shared'),
    versionIn('first'),
    versionIn('second'),
    versionIn('noise'),
  ];
}, 180_000);
afterAll(() => rmSync(directory, { recursive: true }));

describe('models that were written to directories', () => {
  it('are not put into use when they are damaged, and leave nothing behind', async () => {
    cpSync(at('first'), at('damaged'), { recursive: true });
    writeFileSync(join(at('damaged'), 'network.weights.bin'), 'damaged');
    expect(await models('promote', at('damaged'), '--sensor', 'press-7')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MODEL_INVALID: The file network.weights.bin'),
    });
    expect(await models('promote', at('wav'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it has no card.json'),
    });
    expect(existsSync(at('data'))).toBe(false);
  });

  it('are not put into use where the topology cuts other segments', async () => {
    const ended = await models('promote', at('first'), '--topology', 'topologies/machine-anomaly.yaml');
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/FEATURES_MISMATCH: .*would score nothing in this topology: score makes/),
    });
    expect(existsSync(at('data'))).toBe(false);
  });

  it('are kept and announced: for all machines, and for one', async () => {
    const ofAll = await models('promote', at('shared'));
    expect(ofAll).toMatchObject({ code: 0, stderr: '' });
    expect(ofAll.stdout).toBe(
      `${shared} (machine, residual) is used for machines without a model of their own from the beginning on. ` +
        'Nothing was used before. Announced on models.\n',
    );
    const own = await models('promote', at('first'), '--sensor', 'press-7', '--active-from', '2026-03-01');
    expect(own.stdout).toContain('used for press-7 from 2026-03-01T00:00:00.000Z on.');
    expect(own.stdout).toContain(
      `It replaces ${shared}, the model for machines without a model of their own.`,
    );
    const promoted = await json('promote', at('second'), '--sensor', 'press-7', '--reason', 'Hears more.');
    expect(promoted).toMatchObject({
      ...{ replaced: first, keepsGroups: null },
      announcement: { method: 'machine', entity: 'press-7', sequence: 2, groups: 0, reason: 'Hears more.' },
    });
    expect(await listed()).toEqual([
      ['', shared, true],
      ['press-7', first, false],
      ['press-7', second, true],
    ]);
    expect(existsSync(join(at('data'), 'models', 'machine', second, 'card.json'))).toBe(true);
  });
});

describe("machines' models", () => {
  it('are listed with whom they are for', async () => {
    const { stdout } = await models('list');
    expect(stdout).toMatch(/^ +method +sensor +version +state/);
    expect(stdout).toMatch(new RegExp(`^\\* +machine +all others +${shared} +promoted +residual`, 'm'));
    expect(stdout).toMatch(new RegExp(`^\\* +machine +press-7 +${second} .*Hears more\\.$`, 'm'));
    expect(await listed('--sensor', 'press-7')).toContainEqual(['', shared, false]);
    expect(await listed('--sensor', 'saw-1')).toEqual([['', shared, true]]);
    expect((await models('list', '--method', 'noise')).stdout).toBe('There are no models.\n');
    expect(await models('list', '--method', 'noise', '--sensor', 'm')).toMatchObject({ code: 2 });
  });

  it('are shown with segments, thresholds, recordings and the models they go on from', async () => {
    const { stdout } = await models('show', '--sensor', 'press-7');
    const lines = Object.fromEntries(
      stdout.split('\n').map(line => [line.split(':', 1)[0]!, line.replace(/^[^:]*: */, '')]),
    );
    expect(lines).toMatchObject({
      ...{ version: second, for: 'machine, press-7 (in use)', parents: first, width: 'its own' },
      ...{ segments: '240', recordings: expect.stringMatching(/^\d to train with, \d to tell thresholds/) },
      'a segment lasts': expect.stringMatching(/^\(64 \+ \(8 - 1\) .* \(equation 3\)$/),
    });
    expect(stdout).toMatch(/^ *n +threshold +told by +means +specificity +sensitivity\n *1 /m);
    expect(await json('show', second)).toMatchObject({
      ...{ entity: 'press-7', active: true, parents: [first], card: { method: 'machine' } },
    });
    // A machine without a model of its own has the one for all.
    expect(await json('show', '--sensor', 'saw-1')).toMatchObject({ version: shared });
    expect(await json('show')).toMatchObject({ version: shared });
  });

  it('are named where there is none for all', async () => {
    const elsewhere = (...args: string[]) => runInProcess(['models', ...args, '--data-dir', at('elsewhere')]);
    await elsewhere('promote', at('first'), '--sensor', 'press-7');
    expect((await elsewhere('show')).stderr).toContain(
      'No model is in use for all machines. Those of press-7 are named by --sensor.',
    );
    expect((await elsewhere('show', '--sensor', 'saw-1')).stderr).toContain('No model is in use for saw-1.');
  });

  it('go back one by one to the model for all, and no further', async () => {
    const back = () => models('rollback', '--method', 'machine', '--sensor', 'press-7');
    expect((await back()).stdout).toContain(`${second} is retired; ${first} is used for press-7 from `);
    expect((await back()).stdout).toContain(
      `${first} is retired; ${shared}, for machines without a model of their own, is used for press-7`,
    );
    expect(await back()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('press-7 has no active machine model of its own'),
    });
    expect(await models('rollback')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Before ${shared} no machine model was active`),
    });
  });

  it('go to any version that is kept, for another machine too', async () => {
    expect(await json('promote', second, '--sensor', 'press-7')).toMatchObject({ replaced: shared });
    expect(await json('promote', second, '--sensor', 'press-8')).toMatchObject({ replaced: shared });
    expect((await models('promote', second, '--sensor', 'press-8')).stdout).toContain('used before too');
    expect((await models('show', second)).stdout).toContain('machine, press-7 (in use), press-8 (in use)');
    expect(await models('promote', 'v0009-0123456789ab')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('MODEL_NOT_FOUND: The model store has no version v0009-0123456789ab.'),
    });
  });
});

describe('models of noise', () => {
  it('are put into use the same way, and say when groups change their meaning', async () => {
    const first = await json('promote', at('noise'));
    expect(first).toMatchObject({
      announcement: { method: 'noise', entity: '', groups: 2, activeFromUs: 0 },
      ...{ replaced: null, keepsGroups: null },
    });
    const other = await models('promote', at('noise-2'));
    expect(other.stdout).toContain(`It replaces ${noise}.`);
    expect(other.stdout).toContain(`Its groups do not go on from those of ${noise}`);
    expect(await models('promote', at('noise'), '--sensor', 'hall-1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('those are for all sensors'),
    });
  });

  it('have to be named beside those of machines', async () => {
    for (const command of ['show', 'rollback'])
      expect(await models(command)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(
          'There are models of machine and noise: --method or --sensor says which.',
        ),
      });
    expect(await json('show', '--method', 'noise')).toMatchObject({ version: versionIn('noise-2') });
    expect(await json('rollback', '--method', 'noise')).toMatchObject({
      ...{ method: 'noise', entity: '', retired: versionIn('noise-2'), active: noise },
    });
  });
});
