import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clip } from '../../dist/audio/clip.js';
import { LogMel } from '../../dist/audio/log-mel.js';
import { resample } from '../../dist/audio/resample.js';
import { Stft } from '../../dist/audio/stft.js';
import { decodeNpy, encodeNpy } from '../../dist/npy.js';
import { Random } from '../../dist/random.js';
import { allocationPerCall, cpuSeconds, largestDifference, median, range } from '../measure.mjs';
import { pythonWith, startPython } from '../python.mjs';

export const title = 'log-mel spectrograms against librosa, one thread each';

const PACKAGES = ['librosa==0.11.0'];
const CLIPS = 8;
const CLIP_SAMPLES = 165_375;
const ROUNDS = 9;
/** About half a second of work in each round and language. */
const REPEATS = 12;
const TOLERANCE_DB = 1e-3;

export default async function features({ log }) {
  const clips = plantSounds();
  const logMel = new LogMel();
  const out = new Float32Array(128 * 323);
  const oursLogMel = () => {
    for (const clip of clips) logMel.compute(clip, out);
  };
  const oursResample = () => {
    for (const clip of clips) resample(clip, 48_000, 22_050);
  };
  for (let i = 0; i < REPEATS; i++) oursLogMel();
  oursResample();

  const details = {
    machine: `${cpus()[0]?.model}, Node ${process.versions.node}`,
    parameters: '7.5 s at 22,050 Hz, n_fft 2048, hop 512, 128 bands, ref max, top_db 80',
  };
  const allocation = () => allocationPerCall(() => logMel.compute(clips[0], out));
  const python = pythonWith(PACKAGES, log);
  if ('missing' in python) {
    const ours = Array.from({ length: ROUNDS }, () => audioPerCpuSecond(repeat(oursLogMel), 22_050));
    details.allocationPerClip = allocation();
    return { ours: median(ours), peer: null, ratio: null, unit: UNIT, missing: python.missing, details };
  }

  const peer = startPython(python.path, new URL('peer.py', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'features-'));
  try {
    const clipsFile = join(folder, 'clips.npy');
    writeFileSync(
      clipsFile,
      encodeNpy(Float32Array.from(clips.flatMap(clip => [...clip])), [CLIPS, CLIP_SAMPLES]),
    );
    details.peer = await peer.ask({ do: 'load', clips: clipsFile });

    // First whether they are the same, then how fast. (Asking also warms the peer up.)
    const theirs = await outputsOf(peer, 'log_mel', folder);
    const difference = largestDifference(theirs, concatenate(clips.map(clip => logMel.compute(clip))));
    details.largestDifferenceDb = Number(difference.toPrecision(2));
    if (!(difference < TOLERANCE_DB)) throw new Error(`The log-mels differ by ${difference} dB.`);

    const result = await alternate(peer, 'log_mel', oursLogMel, log, ROUNDS, 22_050);
    details.allocationPerClip = allocation();
    details.resample = await resampling(peer, clips, oursResample, folder, log);
    const { spread, ...speeds } = result;
    return { ...speeds, unit: UNIT, details: { ...details, rounds: ROUNDS, ...spread } };
  } finally {
    peer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const UNIT = 'audio-seconds per CPU-second';

/** 48 to 22.05 kHz beside soxr_hq, with the ratio of signal to difference below 9 kHz. Told, not judged. */
async function resampling(peer, clips, work, folder, log) {
  const theirs = await outputsOf(peer, 'resample', folder);
  const outputs = clips.map(clip => resample(clip, 48_000, 22_050));
  const length = outputs[0].length;
  // soxr gives one sample less, which librosa fills up with a zero.
  const difference = concatenate(outputs).map((value, i) => ((i + 1) % length === 0 ? 0 : value - theirs[i]));
  const { ours: speed, peer: peerSpeed, ratio } = await alternate(peer, 'resample', work, log, 3, 48_000);
  return {
    ours: Math.round(speed),
    peer: Math.round(peerSpeed),
    ratio: Number(ratio.toPrecision(3)),
    signalToDifferenceDb: Math.round(10 * Math.log10(powerBelow9Khz(theirs) / powerBelow9Khz(difference))),
  };
}

/** Rounds of ours and theirs in turn, so that whatever else the machine does meets both. */
async function alternate(peer, work, oursOnce, log, rounds, sampleRateHz) {
  const ours = [];
  const theirs = [];
  for (let round = 1; round <= rounds; round++) {
    ours.push(audioPerCpuSecond(repeat(oursOnce), sampleRateHz));
    const { cpuSeconds } = await peer.ask({ do: 'time', work, rounds: REPEATS });
    theirs.push(audioPerCpuSecond(cpuSeconds, sampleRateHz));
    log(`  ${work} ${round}/${rounds}: ours ${ours.at(-1).toFixed(0)}, librosa ${theirs.at(-1).toFixed(0)}`);
  }
  return {
    ours: median(ours),
    peer: median(theirs),
    ratio: median(ours) / median(theirs),
    spread: { oursRange: range(ours), peerRange: range(theirs) },
  };
}

function repeat(work) {
  return cpuSeconds(() => {
    for (let i = 0; i < REPEATS; i++) work();
  });
}

function audioPerCpuSecond(seconds, sampleRateHz) {
  return (REPEATS * CLIPS * CLIP_SAMPLES) / sampleRateHz / seconds;
}

async function outputsOf(peer, work, folder) {
  const to = join(folder, `${work}.npy`);
  await peer.ask({ do: 'save', work, to });
  return decodeNpy(readFileSync(to)).data;
}

/** Hum with overtones, hiss and knocks, different in each clip. */
function plantSounds() {
  return Array.from({ length: CLIPS }, (_, clip) => {
    const random = new Random(clip);
    const hz = 45 + 70 * random.next();
    const hiss = 10 ** (-4 + 3 * random.next());
    let knock = 0;
    return Float32Array.from({ length: CLIP_SAMPLES }, (_, i) => {
      if (random.next() < 2e-5) knock = 0.5;
      knock *= 0.998;
      let sample = (hiss + knock) * random.normal();
      for (let k = 1; k <= 5; k++) sample += (0.1 / k) * Math.sin((2 * Math.PI * hz * k * i) / 22_050);
      return Math.max(-1, Math.min(1, sample));
    });
  });
}

function concatenate(arrays) {
  const all = new Float32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

/** At 22.05 kHz. */
function powerBelow9Khz(samples) {
  const stft = new Stft({ nFft: 4096, hop: 2048, centred: false });
  const frames = stft.frameCount(samples.length);
  const inBand = stft
    .spectrogram(new Clip(samples), 2)
    .subarray(0, Math.floor((9000 * 4096) / 22_050) * frames);
  return inBand.reduce((sum, value) => sum + value, 0);
}
