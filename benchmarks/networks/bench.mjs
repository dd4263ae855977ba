import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeNpy, encodeNpy } from '../../dist/npy.js';
import { largestDifference } from '../measure.mjs';
import { KERAS, pythonWith, startPython } from '../python.mjs';
import { sideBySide } from '../side-by-side.mjs';
import { SHAPE, spectrograms } from './spectrograms.mjs';

export const title = 'training step and forward of Conv-SDAE and VaDE against Keras, same TensorFlow';

const ROWS = 256;
const ROUNDS = 5;
const EPOCHS = 4;
/** Relative, of the whole loss. */
const LOSS_TOLERANCE = 1e-3;
const UNIT = 'per CPU-second of the case with the smallest ratio';

/** Cases by name: those that answer rows, with the largest difference allowed, and those that make steps. */
const CASES = {
  'conv-sdae forward': { tolerance: 1e-3, count: ROWS },
  'vade assign': { tolerance: 1e-2, count: ROWS },
  'conv-sdae step': { count: 1 },
  'vade step': { count: 1 },
};

export default async function networks({ log }) {
  const details = { machine: `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}` };
  const python = pythonWith(KERAS, log);
  const folder = mkdtempSync(join(tmpdir(), 'networks-'));
  const ours = startPython(process.execPath, new URL('ours.mjs', import.meta.url));
  const peer = 'missing' in python ? null : startPython(python.path, new URL('peer.py', import.meta.url));
  try {
    writeFileSync(join(folder, 'rows.npy'), encodeNpy(spectrograms(ROWS, 1), [ROWS, ...SHAPE]));
    const { backend, mean, std, losses } = await ours.ask({ do: 'load', folder });
    details.ours = backend;
    if (!peer) {
      const { cpuSeconds } = await ours.ask({ do: 'vade step', epochs: EPOCHS });
      return { ours: 1 / cpuSeconds, peer: null, ratio: null, unit: UNIT, missing: python.missing, details };
    }
    const { losses: peerLosses, ...versions } = await peer.ask({ do: 'load', folder, mean, std });
    details.peer = versions;
    details.losses = { ours: losses, peer: peerLosses };
    if (!losses.every((loss, i) => Math.abs(loss / peerLosses[i] - 1) < LOSS_TOLERANCE))
      throw new Error(`The losses differ with the same weights: ${JSON.stringify(details.losses)}`);
    details.cases = {};
    let worst;
    for (const [name, each] of Object.entries(CASES)) {
      const result = await compare(name, each, { ours, peer, folder, log });
      details.cases[name] = result.told;
      if (!(worst && worst.ratio <= result.ratio)) worst = { name, ...result };
    }
    const { peakMb } = await ours.ask({ do: 'memory' });
    details.peakMb = {
      ours: Math.round(peakMb),
      peer: Math.round((await peer.ask({ do: 'memory' })).peakMb),
    };
    const { told: _, name, ...figures } = worst;
    return { ...figures, unit: UNIT, details: { smallest: name, ...details } };
  } finally {
    ours.close();
    peer?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One round of each before it counts, whose results have to agree. */
async function compare(name, { tolerance, count }, { ours, peer, folder, log }) {
  const sides = { ours, peer };
  const ask = side => sides[side].ask({ do: name, out: `${side}.npy`, epochs: EPOCHS });
  const agreement = check(name, await ask('ours'), await ask('peer'), { folder, tolerance });
  const { told, ...result } = await sideBySide(ask, count, ROUNDS);
  log(`  ${name}: ratio ${told.ratio}, ours ${told.oursMs} ms CPU, Keras ${told.peerMs} ms`);
  const rowsPerCpuSecond = tolerance && { rowsPerCpuSecond: Math.round(result.ours) };
  return { ...result, told: { ...told, ...rowsPerCpuSecond, ...agreement } };
}

/** Answers to rows agree with the same weights; what a step makes small was compared before. */
function check(name, ours, peer, { folder, tolerance }) {
  if (!tolerance) return { loss: ours.loss, peerLoss: peer.loss };
  const [a, b] = ['ours.npy', 'peer.npy'].map(file => decodeNpy(readFileSync(join(folder, file))).data);
  const difference = largestDifference(a, b);
  if (!(difference < tolerance)) throw new Error(`${name}: outputs differ by ${difference}`);
  return { largestDifference: difference };
}
