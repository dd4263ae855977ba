// Trains and asks our network. Questions and answers are lines of JSON; weights and outputs go to .npy files.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Segmenter } from '../../dist/audio/segments.js';
import { openBackend } from '../../dist/nn/backend/open-backend.js';
import { RESIDUAL_WIDTHS } from '../../dist/nn/residual/architecture.js';
import { trainResidual } from '../../dist/nn/residual/train-residual.js';
import { memorySource } from '../../dist/nn/training/row-source.js';
import { decodeNpy, encodeNpy } from '../../dist/npy.js';
import { machineSound } from './segments.mjs';

const backend = await openBackend();
let folder;
let model;

const work = {
  /** Trains a network a little, so that no weight is where it began, and keeps its weights for the peer. */
  async load(question) {
    folder = question.folder;
    model?.dispose();
    const architecture = RESIDUAL_WIDTHS[question.width];
    ({ model } = await trainResidual(rows(8), { architecture, steps: 3, seed: 1 }));
    for (const layer of model.network.layers)
      layer.getWeights().forEach((weight, i) => {
        writeFileSync(join(folder, `${layer.name}-${i}.npy`), encodeNpy(weight.dataSync(), weight.shape));
      });
    return { backend: backend.kind, versions: backend.versions, threads: backend.threads };
  },
  async score({ count, bands, out }) {
    const source = rows(count);
    return await measured(async () => {
      const { residuals, bandResiduals } = await model.score(source, { bands });
      writeFileSync(join(folder, out), encodeNpy(Float32Array.of(...residuals, ...bandResiduals)));
    });
  },
  /** A step of all rows each; the first is not measured. */
  async step({ batch, steps }) {
    const losses = [];
    let begin;
    let result;
    const options = { from: model, batchSize: batch, steps: steps + 1, seed: 1 };
    const { model: trained } = await trainResidual(rows(batch), {
      ...options,
      onProgress: ({ step, loss }) => {
        losses.push(loss);
        if (step === 1) begin = now();
        if (step === steps + 1) result = since(begin);
      },
    });
    trained.dispose();
    return { ...result, losses };
  },
  /** Spectrogram segments of sound in memory. */
  async segments({ count }) {
    const segmenter = new Segmenter();
    const sound = machineSound(segmenter, count, 2);
    segmenter.compute(sound);
    return await measured(() => void segmenter.compute(sound));
  },
  memory: () => ({ peakMb: process.resourceUsage().maxRSS / 1024 }),
};

function rows(count) {
  const { data, shape } = decodeNpy(readFileSync(join(folder, 'segments.npy')));
  const size = shape[1] * shape[2];
  return memorySource(data.subarray(0, count * size), shape.slice(1));
}

const now = () => ({ ms: performance.now(), cpu: process.cpuUsage() });

function since({ ms, cpu }) {
  const { user, system } = process.cpuUsage(cpu);
  return { wallSeconds: (performance.now() - ms) / 1000, cpuSeconds: (user + system) / 1e6 };
}

async function measured(act) {
  const begin = now();
  await act();
  return since(begin);
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  console.log(JSON.stringify(await work[question.do](question)));
}
