import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeNpy, encodeNpy } from '../../dist/npy.js';
import { largestDifference } from '../measure.mjs';
import { KERAS, pythonWith, startPython } from '../python.mjs';
import { sideBySide } from '../side-by-side.mjs';
import { machineSegments } from './segments.mjs';

export const title = 'training step and scoring of the residual auto-encoder against Keras, on one thread';

const UNIT = 'per CPU-second of the case with the smallest ratio';
const ROUNDS = 3;
const BATCH = 32;
const BANDS = 32;
/** From the beginning of a segment to that of the next: 22 columns of 512 samples at 16,300 Hz. */
const STEP_SECS = (22 * 512) / 16_300;
/** Of residuals, to their mean: a network that has made few steps has large ones. */
const TOLERANCE = 1e-4;
/** Relative, of the loss of each step. */
const LOSS_TOLERANCE = 1e-3;

/** Cases by name. A step of the paper's width takes six seconds and 5 GB. */
const CASES = {
  'small score': { do: 'score', count: 64 },
  'small step': { do: 'step', count: 3 },
  'paper score': { do: 'score', count: 16 },
  'paper step': { do: 'step', count: 1 },
};

export default async function residual({ log }) {
  const details = { machine: `${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}` };
  const python = pythonWith(KERAS, log);
  const folder = mkdtempSync(join(tmpdir(), 'residual-'));
  const oneThread = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };
  const ours = startPython(process.execPath, new URL('ours.mjs', import.meta.url), oneThread);
  const peer =
    'missing' in python ? null : startPython(python.path, new URL('peer.py', import.meta.url), oneThread);
  try {
    writeFileSync(join(folder, 'segments.npy'), encodeNpy(machineSegments(64, 1), [64, 1024, 32]));
    if (!peer) return await alone(ours, { folder, details, missing: python.missing });
    details.cases = {};
    details.machinesPerCore = {};
    let worst;
    for (const width of ['small', 'paper']) {
      const cases = Object.entries(CASES).filter(([name]) => name.startsWith(width) && isWanted(name));
      if (cases.length === 0) continue;
      details.ours = await ours.ask({ do: 'load', folder, width });
      details.peer = await peer.ask({ do: 'load', folder, width, bands: BANDS });
      if (details.ours.threads !== 1 || details.peer.threads !== 1) throw new Error('More than one thread.');
      for (const [name, each] of cases) {
        const result = await compare(each, { ours, peer, folder });
        details.cases[name] = result.told;
        log(
          `  ${name}: ratio ${result.told.ratio}, ours ${result.told.oursMs} ms CPU, Keras ${result.told.peerMs} ms`,
        );
        if (each.do === 'score') details.machinesPerCore[width] = await machinesPerCore(ours, result);
        if (!(worst && worst.ratio <= result.ratio)) worst = { name, ...result };
      }
      details.peakMb = { ...details.peakMb, [width]: await peakMb(ours, peer) };
    }
    if (!worst) throw new Error(`CASES names none of ${Object.keys(CASES).join(', ')}.`);
    const { told: _, name, ...figures } = worst;
    return { ...figures, unit: UNIT, details: { smallest: name, ...details } };
  } finally {
    ours.close();
    peer?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** CASES=small,paper score runs those whose names begin so. */
function isWanted(name) {
  return (process.env.CASES?.split(',') ?? ['']).some(beginning => name.startsWith(beginning));
}

/** Each side once before it counts, and their answers have to agree. */
async function compare({ do: what, count }, { ours, peer, folder }) {
  const sides = { ours, peer };
  const question = side =>
    what === 'score'
      ? { do: what, count, bands: BANDS, out: `${side}.npy` }
      : { do: what, batch: BATCH, steps: count };
  const ask = side => sides[side].ask(question(side));
  const answers = [await ask('ours'), await ask('peer')];
  const agreement = what === 'score' ? residualsOf(folder) : lossesOf(answers);
  const { told, ...result } = await sideBySide(ask, count, ROUNDS);
  return { ...result, told: { ...told, ...agreement } };
}

function residualsOf(folder) {
  const [a, b] = ['ours.npy', 'peer.npy'].map(file => decodeNpy(readFileSync(join(folder, file))).data);
  const mean = b.reduce((sum, value) => sum + value, 0) / b.length;
  const difference = largestDifference(a, b) / mean;
  if (!(difference < TOLERANCE))
    throw new Error(`Residuals of about ${mean} differ by ${difference} of that.`);
  return { meanResidual: mean, largestDifference: difference };
}

/** Of every step from the same weights, with the same segments. */
function lossesOf([{ losses }, { losses: peerLosses }]) {
  const agree = losses.every((loss, i) => Math.abs(loss / peerLosses[i] - 1) < LOSS_TOLERANCE);
  if (!agree || losses.length !== peerLosses.length)
    throw new Error(`Losses differ: ${losses.join(', ')} and ${peerLosses.join(', ')}.`);
  return { losses, peerLosses };
}

/** Machines that one core scores in real time: a segment each 0.691 s, its spectrogram included. */
async function machinesPerCore(ours, { ours: perSecond }) {
  const { cpuSeconds } = await ours.ask({ do: 'segments', count: 256 });
  return Math.floor(STEP_SECS / (1 / perSecond + cpuSeconds / 256));
}

async function peakMb(ours, peer) {
  const of = async side => Math.round((await side.ask({ do: 'memory' })).peakMb);
  return { ours: await of(ours), peer: await of(peer) };
}

/** Our figures where there is no peer. */
async function alone(ours, { folder, details, missing }) {
  details.ours = await ours.ask({ do: 'load', folder, width: 'small' });
  const question = { do: 'score', count: 64, bands: BANDS, out: 'ours.npy' };
  await ours.ask(question);
  const { cpuSeconds } = await ours.ask(question);
  return {
    ours: 64 / cpuSeconds,
    peer: null,
    ratio: null,
    unit: 'segments per CPU-second',
    missing,
    details,
  };
}
