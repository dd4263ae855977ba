// Encodes with our networks. Questions and answers are lines of JSON; features go to .npy files.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { KERAS_MODELS } from '../../dist/lifecycle/image-encoder/keras-models.js';
import { openImageEncoder } from '../../dist/lifecycle/image-encoder/open-image-encoder.js';
import { encodeNpy } from '../../dist/npy.js';
import { SHAPE } from './strips.mjs';

let folder;
let name;
let encoder;

const work = {
  model(question) {
    ({ folder, name } = question);
    const { layer, batchSize } = KERAS_MODELS[name];
    return { layer, batchSize };
  },
  async load({ layer }) {
    encoder?.dispose();
    const options = { type: name, weights: join(folder, `${name}.h5`), layer };
    encoder = await openImageEncoder(options, { report: line => process.stderr.write(`${line}\n`) });
    return {};
  },
  /** Pictures in memory to features, resizing and preprocessing included. */
  async encode({ count, out }) {
    const pictures = picturesOf(count);
    const begin = { ms: performance.now(), cpu: process.cpuUsage() };
    const features = await encoder.encode(pictures);
    const { user, system } = process.cpuUsage(begin.cpu);
    if (out) writeFileSync(join(folder, out), encodeNpy(features, [count, encoder.dimensions]));
    return { wallSeconds: (performance.now() - begin.ms) / 1000, cpuSeconds: (user + system) / 1e6 };
  },
  memory: () => ({ peakMb: Math.round(process.resourceUsage().maxRSS / 1024) }),
};

function picturesOf(count) {
  const [height, width] = SHAPE;
  const pixels = readFileSync(join(folder, 'strips.raw'));
  return Array.from({ length: count }, (_, i) => {
    const data = new Uint8Array(pixels.subarray(i * height * width, (i + 1) * height * width));
    return { width, height, channels: 1, data };
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  console.log(JSON.stringify(await work[question.do](question)));
}
