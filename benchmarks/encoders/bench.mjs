import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeNpy } from '../../dist/npy.js';
import { KERAS, pythonWith, startPython } from '../python.mjs';
import { sideBySide } from '../side-by-side.mjs';
import { SHAPE, strips } from './strips.mjs';

export const title =
  'images through VGG16, ResNet50, InceptionV3 and EfficientNetB7 against Keras, on one thread';

const UNIT = 'images per CPU-second of the case with the smallest ratio';
const ROUNDS = 3;
/** Of features: the largest difference to the largest feature, and of the differences' length to the features'. */
const TOLERANCE = 1e-4;

/** Encoders by name: images in a round, and layers whose features are compared beside the default's. */
const CASES = {
  vgg16: { count: 8, layers: ['fc2'] },
  resnet50: { count: 16, layers: ['conv3_block2_out'] },
  inceptionv3: { count: 16, layers: ['mixed5'] },
  efficientnetb7: { count: 2, layers: ['block4a_se_excite'] },
};

export default async function encoders({ log }) {
  const details = {
    machine: `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}`,
    cases: {},
  };
  const python = pythonWith([...KERAS, 'pillow==12.0.0'], log);
  if ('missing' in python)
    return { ours: 0, peer: null, ratio: null, unit: UNIT, missing: python.missing, details };
  const folder = mkdtempSync(join(tmpdir(), 'encoders-'));
  const oneThread = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };
  try {
    writeFileSync(join(folder, 'strips.raw'), strips(16));
    let worst;
    const wanted = process.env.CASES?.split(',') ?? Object.keys(CASES);
    for (const name of wanted) {
      const ours = startPython(process.execPath, new URL('ours.mjs', import.meta.url), oneThread);
      const peer = startPython(python.path, new URL('peer.py', import.meta.url), oneThread);
      try {
        const result = await compare(name, { ours, peer, folder });
        details.cases[name] = result.told;
        const { ratio, oursMs, peerMs, agreement } = result.told;
        log(
          `  ${name}: ratio ${ratio}, ours ${oursMs} ms CPU, Keras ${peerMs} ms; ${JSON.stringify(agreement)}`,
        );
        if (!(worst && worst.ratio <= result.ratio)) worst = { name, ...result };
      } finally {
        ours.close();
        peer.close();
      }
    }
    const { told: _, name, ...figures } = worst;
    return { ...figures, unit: UNIT, details: { smallest: name, ...details } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same weights and images on both sides; features have to agree before speed counts. */
async function compare(name, { ours, peer, folder }) {
  const { count, layers } = CASES[name];
  const { layer, batchSize } = await ours.ask({ do: 'model', folder, name });
  const versions = await peer.ask({ do: 'make', folder, name, shape: SHAPE, seed: 1 });
  const agreement = {};
  for (const each of [layer, ...layers]) {
    const files = { ours: `${name}.${each}.ours.npy`, peer: `${name}.${each}.peer.npy` };
    await ours.ask({ do: 'load', layer: each });
    await ours.ask({ do: 'encode', count: 3, out: files.ours });
    await peer.ask({ do: 'load', layer: each, batchSize });
    await peer.ask({ do: 'encode', count: 3, out: files.peer });
    agreement[each] = agree(`${name} ${each}`, ...[files.ours, files.peer].map(file => read(folder, file)));
  }
  await ours.ask({ do: 'load', layer });
  await peer.ask({ do: 'load', layer, batchSize });
  const sides = { ours, peer };
  const ask = side => sides[side].ask({ do: 'encode', count });
  // Once before it counts.
  await ask('ours');
  await ask('peer');
  const { told, ...result } = await sideBySide(ask, count, ROUNDS);
  const peakMb = {
    ours: (await ours.ask({ do: 'memory' })).peakMb,
    peer: (await peer.ask({ do: 'memory' })).peakMb,
  };
  rmSync(join(folder, `${name}.h5`));
  return { ...result, told: { ...told, agreement, batchSize, peakMb, ...versions } };
}

const read = (folder, file) => decodeNpy(readFileSync(join(folder, file))).data;

function agree(what, a, b) {
  let largest = 0;
  let scale = 0;
  let squares = 0;
  let total = 0;
  for (let i = 0; i < b.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    largest = Math.max(largest, difference);
    scale = Math.max(scale, Math.abs(b[i]));
    squares += difference ** 2;
    total += b[i] ** 2;
  }
  const errors = { ofLargest: largest / scale, ofLength: Math.sqrt(squares / total) };
  if (a.length !== b.length || !(errors.ofLargest < TOLERANCE && errors.ofLength < TOLERANCE))
    throw new Error(
      `Features of ${what} differ: ${JSON.stringify(errors)}, ${a.length} and ${b.length} of them.`,
    );
  return Object.fromEntries(
    Object.entries(errors).map(([key, value]) => [key, Number(value.toPrecision(2))]),
  );
}
