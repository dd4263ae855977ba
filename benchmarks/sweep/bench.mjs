import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { adjustedRandScore } from '../../dist/cluster/adjusted-rand-score.js';
import { GROUPING_ALGORITHMS } from '../../dist/cluster/grouping/grouping-algorithm.js';
import { sweepCells } from '../../dist/cluster/grouping/sweep-cells.js';
import { decodeNpy, encodeNpy } from '../../dist/npy.js';
import { overlappingGroups } from '../cluster/data.mjs';
import { median } from '../measure.mjs';
import { pythonWith, startPython } from '../python.mjs';

export const title =
  'the sweep of image grouping, 5 algorithms x k = 2..50, against scikit-learn, one thread each';

const PACKAGES = ['scikit-learn==1.9.1', 'numpy==2.4.6'];
const UNIT = 'sweeps per CPU-hour';
const ROWS = 1000;
const COLS = 512;

/** KS=2..50 and CASES=kmeans,gmm try less. */
const [kMin, kMax] = (process.env.KS ?? '2..50').split('..').map(Number);
const algorithms = process.env.CASES?.split(',') ?? GROUPING_ALGORITHMS;

/**
 * The adjusted Rand index of both sides' labels, the median over k. The others start from other random numbers, in data
 * that have ten groups: there labels differ as much as the peer's own with another seed. Of spectral clustering these
 * agree to 0.94 in the median and 0.8 from k = 26.
 */
const LEAST_ARI = { agglomerative: 1, spectral: 0.8 };
/** How much lower our Silhouette may be, in the mean over k. */
const MOST_LOST = 0.005;
/** How far our figures of our labels may be from the peer's of the same labels. */
const SAME = 1e-9;

export default async function sweep({ log }) {
  const { x } = overlappingGroups({ rows: ROWS, cols: COLS, groups: 10, spread: 1.1, seed: 1 });
  const details = { machine: `${cpus()[0]?.model}, Node ${process.versions.node}` };
  const python = pythonWith(PACKAGES, log);
  const ours = measureOurs(x, log);
  if ('missing' in python)
    return {
      ours: 3600 / ours.seconds,
      peer: null,
      ratio: null,
      unit: UNIT,
      missing: python.missing,
      details,
    };

  const peer = startPython(python.path, new URL('peer.py', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'sweep-'));
  try {
    writeFileSync(join(folder, 'x.npy'), encodeNpy(x.data, [x.rows, x.cols]));
    details.peer = await peer.ask({ do: 'load', folder });
    details.cases = {};
    let theirs = details.peer.cpuSeconds;
    for (const algorithm of algorithms) {
      const { told, seconds } = await compare(algorithm, ours, peer, folder);
      details.cases[algorithm] = told;
      theirs += seconds;
      log(`  ${algorithm}: ours ${told.oursSeconds} s, scikit-learn ${told.peerSeconds} s`);
    }
    Object.assign(details, {
      oursSeconds: short(ours.seconds),
      peerSeconds: short(theirs),
      oursFirstCellSeconds: short(ours.first),
      oursLongestStepSeconds: short(ours.longest),
    });
    return {
      ours: 3600 / ours.seconds,
      peer: 3600 / theirs,
      ratio: theirs / ours.seconds,
      unit: UNIT,
      details,
    };
  } finally {
    peer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Our whole sweep at one go, with the CPU time of each cell: what is shared counts where it is first needed. */
function measureOurs(x, log) {
  const cells = [];
  let before = process.cpuUsage();
  for (const cell of sweepCells(x, { algorithms, kMin, kMax })) {
    const { user, system } = process.cpuUsage(before);
    cells.push({ ...cell, seconds: (user + system) / 1e6 });
    before = process.cpuUsage();
  }
  const seconds = cells.reduce((sum, cell) => sum + cell.seconds, 0);
  log(`  ours: ${cells.length} cells in ${short(seconds)} CPU-seconds`);
  return {
    cells,
    seconds,
    first: cells[0].seconds,
    longest: Math.max(...cells.slice(1).map(cell => cell.seconds)),
  };
}

async function compare(algorithm, ours, peer, folder) {
  const mine = ours.cells.filter(cell => cell.algorithm === algorithm);
  const out = join(folder, 'out.npy');
  const { cells } = await peer.ask({ do: 'sweep', algorithm, ks: mine.map(({ k }) => k), out });
  const { data } = decodeNpy(readFileSync(out));
  const labelsOf = i => data.subarray(i * ROWS, (i + 1) * ROWS);
  const both = [...mine.keys()].filter(i => !mine[i].failure && !cells[i].failure);
  const aris = both.map(i => adjustedRandScore(mine[i].labels, labelsOf(i)));
  const lost = mean(both.map(i => cells[i].silhouette - mine[i].silhouette));
  const difference = await judged(
    mine.filter(cell => !cell.failure),
    peer,
    folder,
  );
  const seconds = cells.reduce((sum, cell) => sum + cell.cpuSeconds, 0);
  const oursSeconds = mine.reduce((sum, cell) => sum + cell.seconds, 0);
  const told = {
    ratio: short(seconds / oursSeconds),
    oursSeconds: short(oursSeconds),
    peerSeconds: short(seconds),
    medianAri: short(median(aris)),
    lowestAri: short(Math.min(...aris)),
    meanSilhouetteLost: short(lost),
    meanEntropyDifference: short(mean(both.map(i => mine[i].entropy - cells[i].entropy))),
    figuresDifference: short(difference),
    failed: [mine.filter(cell => cell.failure).length, cells.filter(cell => cell.failure).length],
  };
  if (!(median(aris) >= (LEAST_ARI[algorithm] ?? 0)) || !(lost <= MOST_LOST) || !(difference <= SAME))
    throw new Error(`${algorithm}: our result is worse: ${JSON.stringify(told)}`);
  return { told, seconds };
}

/** The largest difference of our figures to those that the peer gives for the same labels. */
async function judged(mine, peer, folder) {
  const labels = join(folder, 'labels.npy');
  const all = new Int32Array(mine.length * ROWS);
  mine.forEach((cell, i) => {
    all.set(cell.labels, i * ROWS);
  });
  writeFileSync(labels, encodeNpy(all, [mine.length, ROWS]));
  const figures = await peer.ask({ do: 'judge', labels });
  const differences = mine.flatMap((cell, i) => [
    Math.abs(cell.entropy - figures.entropy[i]),
    Math.abs(cell.silhouette - figures.silhouette[i]),
  ]);
  return Math.max(...differences);
}

function mean(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function short(value) {
  return Number(value.toPrecision(3));
}
