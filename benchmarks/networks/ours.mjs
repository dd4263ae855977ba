// Trains and asks our networks. Questions and answers are lines of JSON; weights and outputs go to .npy files.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { latentKMeans } from '../../dist/lifecycle/latent-k-means.js';
import { openBackend } from '../../dist/nn/backend/open-backend.js';
import { trainConvSdae } from '../../dist/nn/conv-sdae/train-conv-sdae.js';
import * as tf from '../../dist/nn/tf.js';
import { memorySource } from '../../dist/nn/training/row-source.js';
import { trainVade } from '../../dist/nn/vade/train-vade.js';
import { decodeNpy, encodeNpy } from '../../dist/npy.js';
import { SHAPE } from './spectrograms.mjs';

const GROUPS = 10;

const backend = await openBackend();
let rows;
let folder;
let sdae;
let vade;

const common = { batchSize: 32, learningRate: 1e-3, seed: 1 };
const forVade = { ...common, groups: GROUPS, kMeans: latentKMeans, loss: 'elbo', warmUpEpochs: 0 };

const work = {
  /** Trains both networks a little and keeps their weights for the peer. */
  async load(question) {
    folder = question.folder;
    rows = memorySource(decodeNpy(readFileSync(join(folder, 'rows.npy'))).data, SHAPE);
    const both = { epochs: 2, heldOut: rows };
    const trainedSdae = await trainConvSdae(rows, { ...common, ...both });
    sdae = trainedSdae.model;
    const trainedVade = await trainVade(rows, sdae, { ...forVade, ...both });
    vade = trainedVade.model;
    // With these weights, of all rows, without noise and sampling.
    const losses = [trainedSdae, trainedVade].map(({ training }) => training.heldOutLoss);
    keep('sdae', [sdae.encoder.network, sdae.decoder]);
    keep('vade', [vade.network.encoder.network, vade.network.decoder]);
    const { logits, means, logVariances } = vade.prior.values;
    for (const [name, values] of Object.entries({ logits, means, logVariances }))
      writeFileSync(join(folder, `prior-${name}.npy`), encodeNpy(values));
    const { mean, std } = sdae.encoder.normalisation;
    return { backend: `${backend.kind} ${backend.version ?? ''}`.trim(), mean, std, losses };
  },
  async 'conv-sdae forward'({ out }) {
    return await measured(async () => writeLatents(out, await sdae.encode(rows)));
  },
  async 'vade assign'({ out }) {
    return await measured(async () => {
      const { logLikelihood } = await vade.assign(rows);
      writeFileSync(join(folder, out), encodeNpy(logLikelihood, [rows.rows]));
    });
  },
  'conv-sdae step': ({ epochs }) =>
    trained(onProgress => trainConvSdae(rows, { ...common, epochs, onProgress })),
  'vade step': ({ epochs }) =>
    trained(onProgress => trainVade(rows, sdae, { ...forVade, epochs, onProgress })),
  memory: () => ({ peakMb: process.resourceUsage().maxRSS / 1024 }),
};

function keep(name, networks) {
  networks
    .flatMap(network => network.getWeights())
    .forEach((weight, i) => {
      writeFileSync(join(folder, `${name}-${i}.npy`), encodeNpy(weight.dataSync(), weight.shape));
    });
}

function writeLatents(out, { data, rows: count, cols }) {
  writeFileSync(join(folder, out), encodeNpy(data, [count, cols]));
}

async function measured(act) {
  const [ms, cpu] = [performance.now(), process.cpuUsage()];
  await act();
  const { user, system } = process.cpuUsage(cpu);
  return { wallSeconds: (performance.now() - ms) / 1000, cpuSeconds: (user + system) / 1e6 };
}

/** Seconds of one step: from the end of the first epoch to the end of the last. */
async function trained(train) {
  let begin;
  let result;
  let last;
  await train(({ epoch, epochs, step, steps, loss }) => {
    const now = { step, ms: performance.now(), cpu: process.cpuUsage() };
    if (epochs > 1 && epoch === 1) begin = now;
    last = loss;
    if (step < steps) return;
    const made = step - begin.step;
    const { user, system } = process.cpuUsage(begin.cpu);
    result = { wallSeconds: (now.ms - begin.ms) / 1000 / made, cpuSeconds: (user + system) / 1e6 / made };
  }).then(({ model }) => model.dispose());
  return { ...result, loss: last, tensors: tf.memory().numTensors };
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  console.log(JSON.stringify(await work[question.do](question)));
}
