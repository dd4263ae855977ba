// Rounds of a case, ours and the peer's in turn, so that whatever else the machine does meets both.
import { median, range } from './measure.mjs';

/**
 * @param {(side: 'ours' | 'peer') => Promise<{ cpuSeconds: number, wallSeconds: number }>} measure a round of one side
 * @param {number} count how much a round does, in the unit of the benchmark
 * @param {number} rounds
 */
export async function sideBySide(measure, count, rounds) {
  const pairs = [];
  for (let round = 0; round < rounds; round++) pairs.push([await measure('ours'), await measure('peer')]);
  const all = (side, key) => pairs.map(pair => pair[side][key]);
  const ratioOf = key => median(all(1, key)) / median(all(0, key));
  const ms = secs => (1000 * secs) / count;
  const short = value => Number(value.toPrecision(3));
  const [ours, peer] = [0, 1].map(side => all(side, 'cpuSeconds'));
  const ratio = ratioOf('cpuSeconds');
  return {
    ratio,
    ours: count / median(ours),
    peer: count / median(peer),
    told: {
      ratio: short(ratio),
      wallRatio: short(ratioOf('wallSeconds')),
      oursMs: short(ms(median(ours))),
      peerMs: short(ms(median(peer))),
      oursRangeMs: range(ours.map(ms)),
      peerRangeMs: range(peer.map(ms)),
    },
  };
}
