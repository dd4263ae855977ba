import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend, type TensorBackend } from '../backend/open-backend.js';
import * as tf from '../tf.js';
import { memorySource } from '../training/row-source.js';
import { RESIDUAL_WIDTHS } from './architecture.js';
import { buildNetwork } from './build-network.js';
import { ResidualAutoEncoder } from './residual-auto-encoder.js';
import { machineSegments, TINY } from './testing/tiny.js';
import { trainResidual } from './train-residual.js';

const source = memorySource(machineSegments(12), TINY.shape);
let backend: TensorBackend;
let model: ResidualAutoEncoder;
let files: Map<string, Uint8Array>;

beforeAll(async () => {
  backend = await openBackend();
  model = (await trainResidual(source, { architecture: TINY, steps: 3, batchSize: 4, seed: 7 })).model;
  files = await model.toFiles();
}, 180_000);
afterAll(() => model.dispose());

const changedCard = (change: object) => {
  const card = JSON.parse(Buffer.from(files.get('residual.json')!).toString('utf8'));
  return new Map(files).set('residual.json', Buffer.from(JSON.stringify({ ...card, ...change })));
};
const refused = (damaged: ReadonlyMap<string, Uint8Array>) =>
  expect(ResidualAutoEncoder.fromFiles(damaged)).rejects;

describe('the files of a residual auto-encoder', () => {
  it('give back the same bits, moving averages included', async () => {
    const read = await ResidualAutoEncoder.fromFiles(files, TINY);
    expect(await read.score(source)).toEqual(await model.score(source));
    expect(await read.toFiles()).toEqual(files);
    read.dispose();
  });

  it('tell how the model came to be', () => {
    const card = JSON.parse(Buffer.from(files.get('residual.json')!).toString('utf8'));
    expect(card).toMatchObject({ format: 1, width: null, architecture: TINY });
    expect(card.origin).toEqual({
      ...{ steps: 3, askedSteps: 3, batchSize: 4, learningRate: 8e-4, clipNorm: null, seed: 7 },
      ...{ schedule: { type: 'constant' }, earlyStopping: null },
      ...{ segments: 12, heldOutSegments: 0, startedFrom: null },
      versions: { tfjs: tf.version_core, tensorflow: backend.versions.tensorflow },
    });
  });

  it('are of the layers format, which TensorFlow.js itself reads', async () => {
    const { weightsManifest, modelTopology } = JSON.parse(
      Buffer.from(files.get('network.model.json')!).toString('utf8'),
    );
    const weightData = Uint8Array.from(files.get('network.weights.bin')!).buffer;
    const [{ weights: weightSpecs }] = weightsManifest;
    const read = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
    expect(read.countParams()).toBe(model.network.countParams());
    read.dispose();
  });

  it('are refused when one is missing, cut or damaged in one bit', async () => {
    for (const [name, bytes] of files) {
      const without = new Map([...files].filter(([other]) => other !== name));
      await refused(without).toMatchObject({ code: 'MODEL_INVALID' });
      await refused(new Map(files).set(name, bytes.slice(0, -8))).toMatchObject({ code: 'MODEL_INVALID' });
    }
    const flipped = files.get('network.weights.bin')!.slice();
    flipped[1000]! ^= 1;
    const damaged = new Map(files).set('network.weights.bin', flipped);
    await refused(damaged).toMatchObject({ code: 'MODEL_INVALID' });
    await refused(damaged).toThrow('damaged');
  });

  it('are refused when the card says something else than the weights are', async () => {
    const wider = { ...TINY, encoder: TINY.encoder.with(1, { ...TINY.encoder[1]!, maps: 7 }) };
    const cards = [
      { format: 2 },
      { width: 'paper' },
      { architecture: RESIDUAL_WIDTHS.small, width: 'small' },
      { architecture: wider },
      { architecture: { ...TINY, decoder: [] } },
      { origin: {} },
    ];
    const before = tf.memory().numTensors;
    for (const change of cards) await refused(changedCard(change)).toMatchObject({ code: 'MODEL_INVALID' });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are refused when they are of another width than is wanted', async () => {
    const small = RESIDUAL_WIDTHS.small;
    const other = new ResidualAutoEncoder(buildNetwork(small), small, model.origin);
    const smallFiles = await other.toFiles();
    const wanted = ResidualAutoEncoder.fromFiles(smallFiles, RESIDUAL_WIDTHS.paper);
    await expect(wanted).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await expect(wanted).rejects.toThrow('width is small, paper is wanted');
    (await ResidualAutoEncoder.fromFiles(smallFiles, small)).dispose();
    other.dispose();
  });
});
