import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeNpy, encodeNpy } from '../../dist/npy.js';
import { cpuSeconds, median, range } from '../measure.mjs';
import { pythonWith, startPython } from '../python.mjs';
import { CASES } from './cases.mjs';
import { overlappingGroups } from './data.mjs';

export const title = 'clustering, mixtures, PCA and silhouette against scikit-learn, one thread each';

const PACKAGES = ['scikit-learn==1.9.1', 'numpy==2.4.6'];
const ROUNDS = 5;
const WARM_UPS = 3;
const ROUND_SECONDS = 0.3;
const MOST_REPEATS = 8;
const UNIT = 'runs per CPU-second of the case with the smallest ratio';

/** Sizes that the promises are about. 10 groups that overlap, with features that depend on each other. */
const DATA = {
  '1000x512': overlappingGroups({ rows: 1000, cols: 512, groups: 10, spread: 1.1, seed: 1 }),
  '10000x64': overlappingGroups({ rows: 10_000, cols: 64, groups: 10, spread: 1.1, seed: 2 }),
};

export default async function cluster({ log }) {
  // CASES=kmeans,gmm-full runs those whose names begin so.
  const wanted = process.env.CASES?.split(',') ?? [''];
  const cases = CASES.filter(({ name }) => wanted.some(start => name.startsWith(start)));
  const details = { machine: `${cpus()[0]?.model}, Node ${process.versions.node}`, rounds: ROUNDS };
  const python = pythonWith(PACKAGES, log);
  if ('missing' in python) {
    const [first] = cases;
    const ours = 1 / cpuSeconds(() => first.ours(DATA[first.data], 0));
    return { ours, peer: null, ratio: null, unit: UNIT, missing: python.missing, details };
  }
  const peer = startPython(python.path, new URL('peer.py', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'cluster-'));
  try {
    for (const [name, { x, labels }] of Object.entries(DATA)) {
      writeFileSync(join(folder, `${name}.npy`), encodeNpy(x.data, [x.rows, x.cols]));
      writeFileSync(join(folder, `${name}.labels.npy`), encodeNpy(labels));
    }
    details.peer = await peer.ask({ do: 'load', folder, names: Object.keys(DATA) });
    details.cases = {};
    let worst;
    for (const each of cases) {
      const result = await compare(each, peer, folder, log);
      details.cases[each.name] = result.told;
      if (!each.isToldOnly && !(worst && worst.ratio <= result.ratio)) worst = result;
    }
    if (!worst) throw new Error(`No case that counts begins with ${wanted.join(' or ')}.`);
    const { ours, peer: theirs, ratio } = worst;
    return { ours, peer: theirs, ratio, unit: UNIT, details: { smallest: worst.name, ...details } };
  } finally {
    peer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** First whether the results are as good, then rounds in turn. Both sides have the same seeds. */
async function compare({ name, data, ours, check, ask }, peer, folder, log) {
  const out = join(folder, 'out.npy');
  let seed = 0;
  /** One run of each with the next seed. */
  const runBoth = async () => {
    seed++;
    let mine;
    const seconds = cpuSeconds(() => {
      mine = ours(DATA[data], seed);
    });
    const theirs = await peer.ask({ do: 'run', data, seed, out, ...ask });
    const { data: values } = decodeNpy(readFileSync(out));
    return { mine, theirs: { ...theirs, values }, seconds };
  };
  let warm;
  for (let i = 0; i < WARM_UPS; i++) warm = await runBoth();
  // Quick ones run several times a round.
  const repeats = Math.min(MOST_REPEATS, Math.ceil(ROUND_SECONDS / warm.seconds));
  const oursSeconds = [];
  const theirSeconds = [];
  const outcomes = [];
  for (let round = 0; round < ROUNDS; round++) {
    const runs = [];
    for (let i = 0; i < repeats; i++) runs.push(await runBoth());
    oursSeconds.push(runs.reduce((sum, { seconds }) => sum + seconds, 0) / repeats);
    theirSeconds.push(runs.reduce((sum, { theirs }) => sum + theirs.cpuSeconds, 0) / repeats);
    outcomes.push(...runs);
  }
  const quality = check(outcomes);
  if (!quality.passed) throw new Error(`${name}: our result is worse: ${JSON.stringify(quality)}`);
  const ratio = median(theirSeconds) / median(oursSeconds);
  const ms = values => Number((1000 * median(values)).toPrecision(3));
  const told = {
    ratio: Number(ratio.toPrecision(3)),
    oursMs: ms(oursSeconds),
    peerMs: ms(theirSeconds),
    oursRangeMs: range(oursSeconds.map(value => 1000 * value)),
    peerRangeMs: range(theirSeconds.map(value => 1000 * value)),
    ...quality.told,
  };
  log(`  ${name}: ratio ${told.ratio}, ours ${told.oursMs} ms, scikit-learn ${told.peerMs} ms`);
  return { name, ratio, ours: 1 / median(oursSeconds), peer: 1 / median(theirSeconds), told };
}
