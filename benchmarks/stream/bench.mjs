import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureLevels } from '../../dist/audio/measure-levels.js';
import { designWeighting } from '../../dist/audio/weighting-design.js';
import { encodeNpy } from '../../dist/npy.js';
import { startTopologyProcess } from '../engines.mjs';
import { cpuSeconds, largestDifference, median } from '../measure.mjs';
import { pythonWith, startPython } from '../python.mjs';
import { delayMs, microphoneOf } from './schedule.mjs';
import { startSoundEngines } from './sound-engines.mjs';
import { SAMPLE_RATE_HZ, sounds } from './sounds.mjs';

export const title = 'microphones in real time on one core, and the delay until a row can be read';

const PACKAGES = ['scipy==1.15.3', 'numpy==2.2.6'];
const UNIT = 'microphone-seconds per CPU-second';
/** `MICROPHONES=500,600` tries these instead. */
const STEPS = (process.env.MICROPHONES ?? '100,300,400,500,600,700,800').split(',').map(Number);
/** A fresh broker, store and process are slow until their compilers have seen the work. */
const WARM_UP_SECS = 20;
const SETTLE_SECS = 10;
const MEASURE_SECS = 12;
const MAX_P99_SECS = 3;
const POLL_MS = 100;
const ROUNDS = 5;
const TOLERANCE_DB = 0.01;

export default async function stream({ log }) {
  const details = { machine: `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}` };
  const engines = await startSoundEngines(log);
  let best;
  try {
    Object.assign(details, {
      broker: engines.kind === 'kafka' ? 'kafka, beside it' : `embedded, in the process: ${engines.why}`,
      store: 'chDB, beside it',
      oneCore: engines.pinned ? 'yes' : 'no: taskset is missing',
      load: '22.05 kHz, 16 bit, chunks of 0.5 s, an event a minute each; broadband levels, trigger, events, tensors',
    });
    best = await ramp(engines, log);
  } finally {
    await engines.close();
  }
  if (!best) throw new Error(`Not even ${STEPS[0]} microphones were sustained.`);
  const { microphones, p50Secs, p99Secs, maxSecs, rssMb, cores, lateMs, nextFailed } = best;
  Object.assign(details, { microphones, p50Secs, p99Secs, maxSecs, rssMb, cores, lateMs, nextFailed });
  const ours = microphones / cores;
  return { ours, unit: UNIT, ...(await besideScipy(ours, details, log)), details };
}

/** More and more microphones, until rows come too late. The last step that was in time, or null. */
async function ramp(engines, log) {
  await engines.applyTopics();
  const topology = await startTopologyProcess(engines, ['listen', 'store']);
  const feeder = fork(new URL('microphones.mjs', import.meta.url), [engines.yaml], { execArgv: [] });
  const tell = async count => {
    feeder.send(count);
    const [answer] = await once(feeder, 'message');
    return answer;
  };
  await once(feeder, 'message');
  const delays = watchDelays(engines.store);
  let best = null;
  try {
    await tell(STEPS[0]);
    await sleep(WARM_UP_SECS * 1000);
    let failed = 0;
    for (const microphones of STEPS.flatMap(step => [step, step])) {
      // A step that was not in time has a second chance: other work on the machine may have been in its way.
      if (microphones === best?.microphones) continue;
      await tell(microphones);
      await sleep(SETTLE_SECS * 1000);
      await tell('reset');
      delays.take();
      const before = await topology.usage();
      const startMs = performance.now();
      let rssBytes = 0;
      for (let secs = 0; secs < MEASURE_SECS; secs++) {
        await sleep(1000);
        rssBytes = Math.max(rssBytes, (await topology.usage()).rssBytes);
      }
      const wallSecs = (performance.now() - startMs) / 1000;
      const cores = ((await topology.usage()).cpuSecs - before.cpuSecs) / wallSecs;
      const { latestMs } = await tell('reset');
      const sorted = delays.take().sort((a, b) => a - b);
      const expected = microphones * MEASURE_SECS;
      const at = share =>
        round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] / 1000);
      const step = {
        microphones,
        p50Secs: at(0.5),
        p99Secs: at(0.99),
        maxSecs: at(1),
        rssMb: Math.round(rssBytes / 1e6),
        cores: round(cores),
        lateMs: latestMs,
      };
      log(`  ${JSON.stringify({ ...step, rows: sorted.length, expected })}`);
      // Rows that did not come at all have no delay: a tenth fewer than there were seconds is a backlog that grows.
      if (step.p99Secs < MAX_P99_SECS && sorted.length >= 0.9 * expected)
        best = { ...step, nextFailed: null };
      else if (failed === microphones) return best && { ...best, nextFailed: step };
      else failed = microphones;
    }
    return best;
  } finally {
    delays.stop();
    feeder.kill();
    await topology.stop();
  }
}

/** Asks the store again and again for the newest second of each microphone: from then on its row can be read. */
function watchDelays(store) {
  const newestUs = new Map();
  let delays = [];
  let stopped = false;
  const watch = async () => {
    while (!stopped) {
      const rows = await store
        .query('SELECT sensor, toUnixTimestamp64Micro(max(time)) AS timeUs FROM levels GROUP BY sensor')
        .catch(() => []);
      const nowMs = Date.now();
      for (const { sensor, timeUs } of rows) {
        const known = newestUs.get(sensor) ?? timeUs - 1e6;
        for (let us = known + 1e6; us <= timeUs; us += 1e6) {
          // Its last sample is the end of a chunk, which was sent this long after it.
          const receivedMs = us / 1000 + 1000 + delayMs(microphoneOf(sensor));
          delays.push(nowMs - receivedMs);
        }
        newestUs.set(sensor, timeUs);
      }
      await sleep(POLL_MS);
    }
  };
  void watch();
  return {
    take: () => {
      const taken = delays;
      delays = [];
      return taken;
    },
    stop: () => {
      stopped = true;
    },
  };
}

/** What scipy takes for the levels alone, of sound that lies in memory. */
async function besideScipy(ours, details, log) {
  const python = pythonWith(PACKAGES, log);
  if ('missing' in python) return { peer: null, ratio: null, missing: python.missing };
  const peer = startPython(python.path, new URL('levels.py', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'stream-'));
  try {
    const all = sounds();
    const audioSecs = (all.length * all[0].length) / SAMPLE_RATE_HZ;
    const file = join(folder, 'sounds.npy');
    writeFileSync(
      file,
      encodeNpy(Float32Array.from(all.flatMap(sound => [...sound])), [all.length, all[0].length]),
    );
    const { lowCut, highCut, midCut } = designWeighting(SAMPLE_RATE_HZ);
    const differences = [1, -2, 1];
    details.peer = await peer.ask({
      do: 'load',
      sounds: file,
      rate: SAMPLE_RATE_HZ,
      c: [
        [...differences, 1, lowCut.a1, lowCut.a2],
        [highCut.b0, highCut.b1, highCut.b2, 1, highCut.a1, highCut.a2],
      ],
      a: [[...differences.map(b => b * midCut.b0), 1, midCut.a1, midCut.a2]],
      share: -Math.expm1(-1 / (SAMPLE_RATE_HZ * 0.125)),
    });
    const floats = all.map(sound => Float32Array.from(sound, value => value / 32_768));
    const measured = measureLevels(floats[0], SAMPLE_RATE_HZ).seconds;
    const mine = ['laeqDb', 'lafMaxDb', 'lcPeakDb', 'lzeqDb'].map(name =>
      measured.map(second => second[name]),
    );
    const { levels: theirs } = await peer.ask({ do: 'levels' });
    const difference = largestDifference(mine.flat(), theirs.flat());
    details.largestDifferenceDb = Number(difference.toPrecision(2));
    if (!(difference < TOLERANCE_DB)) throw new Error(`The levels differ by ${difference} dB.`);

    const speeds = { levelsOnly: [], scipy: [] };
    for (let i = 0; i < ROUNDS; i++) {
      const work = () => {
        for (const sound of floats) measureLevels(sound, SAMPLE_RATE_HZ);
      };
      speeds.levelsOnly.push(audioSecs / cpuSeconds(work));
      speeds.scipy.push(audioSecs / (await peer.ask({ do: 'time' })).cpuSeconds);
    }
    const scipy = median(speeds.scipy);
    const levelsOnly = median(speeds.levelsOnly);
    details.levelsOnly = { ours: Math.round(levelsOnly), ratio: round(levelsOnly / scipy) };
    return { peer: scipy, ratio: ours / scipy };
  } finally {
    peer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function round(value) {
  return Number(value.toPrecision(3));
}
