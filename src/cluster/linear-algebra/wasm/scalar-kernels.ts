import type { Kernels } from './kernels.js';

/**
 * The kernels without SIMD: for processors that lack it, and for the tests to hold the others against. They add in the
 * same order, so both give the same bits.
 */
export function scalarKernels(memory: WebAssembly.Memory): Kernels {
  const doubles = () => new Float64Array(memory.buffer);
  return {
    multiply(a, b, c, rowPanels, colPanels, inner, stride) {
      const x = doubles();
      for (let row = 0; row < 4 * rowPanels; row++) {
        const from = a / 8 + (row >> 2) * 4 * inner + (row & 3);
        for (let col = 0; col < 4 * colPanels; col++) {
          const other = b / 8 + (col >> 2) * 4 * inner + (col & 3);
          const to = (c + row * stride) / 8 + col;
          let sum = x[to]!;
          for (let i = 0; i < 4 * inner; i += 4) sum += x[from + i]! * x[other + i]!;
          x[to] = sum;
        }
      }
    },

    panelDistances(a, b, panels, cols, out, stride) {
      const x = doubles();
      for (let row = 0; row < 4; row++) {
        for (let other = 0; other < 4 * panels; other++) {
          const from = a / 8 + row;
          const to = b / 8 + (other >> 2) * 4 * cols + (other & 3);
          let sum = 0;
          for (let i = 0; i < 4 * cols; i += 4) sum += (x[to + i]! - x[from + i]!) ** 2;
          x[(out + row * stride) / 8 + other] = sum;
        }
      }
    },

    subtractCombinations(a, b, panels, cols, shares, stride) {
      const x = doubles();
      for (let other = 0; other < 4 * panels; other++) {
        const from = b / 8 + (other >> 2) * 4 * cols + (other & 3);
        for (let row = 0; row < 4; row++) {
          const share = x[(shares + row * stride) / 8 + other]!;
          for (let i = 0; i < 4 * cols; i += 4) x[a / 8 + row + i]! -= share * x[from + i]!;
        }
      }
    },

    rotate(at, turns, first) {
      const x = doubles();
      for (let lane = 0; lane < 8; lane++) {
        let to = at / 8 + lane;
        let turn = turns / 8;
        let high = x[to + 8]!;
        for (; to >= first / 8; to -= 8, turn -= 2) {
          const cos = x[turn]!;
          const sin = x[turn + 1]!;
          const low = x[to]!;
          x[to + 8] = sin * low + cos * high;
          high = cos * low - sin * high;
        }
        x[to + 8] = high;
      }
    },

    updateAndMultiply(a, stride, rows, length, v, w, x, y) {
      const all = doubles();
      for (let row = 0; row < rows; row++) {
        const from = (a + row * stride) / 8;
        const sums = [0, 0];
        for (let i = 0; i < length; i++) {
          const ofV = all[v / 8 + row]! * all[w / 8 + i]!;
          const ofW = all[w / 8 + row]! * all[v / 8 + i]!;
          const value = all[from + i]! - (ofV + ofW);
          all[from + i] = value;
          sums[i & 1]! += value * all[x / 8 + i]!;
        }
        all[y / 8 + row] = sums[0]! + sums[1]!;
      }
    },

    squaredDistances(rows, count, length, point, out) {
      const x = doubles();
      for (let row = 0; row < count; row++)
        x[out / 8 + row] = squaredDistance(x, rows / 8 + row * length, point / 8, length);
    },

    squaredDistance: (a, b, length) => squaredDistance(doubles(), a / 8, b / 8, length),

    roundedDistances(a, b, panels, length, out) {
      const x = new Int16Array(memory.buffer);
      const sums = new Int32Array(memory.buffer, out, 4 * panels);
      for (let row = 0; row < 4 * panels; row++) {
        const from = b / 2 + (row >> 2) * 4 * length + (row & 3) * 8;
        let sum = 0;
        for (let i = 0; i < length; i++) {
          const at = (i >> 3) * 32 + (i & 7);
          sum += (x[from + at]! - x[a / 2 + at]!) ** 2;
        }
        sums[row] = sum;
      }
    },

    addRows(rows, count, length, labels, sums) {
      const x = doubles();
      const all = new Int32Array(memory.buffer, labels, count);
      for (let row = 0; row < count; row++) {
        const label = all[row]!;
        if (label < 0) continue;
        for (let i = 0; i < length; i++) x[sums / 8 + label * length + i]! += x[rows / 8 + row * length + i]!;
      }
    },

    weightedDistances(rows, count, length, point, weights, out) {
      const x = doubles();
      for (let row = 0; row < count; row++) {
        const sums = [0, 0, 0, 0];
        for (let i = 0; i < length; i++) {
          const d = x[rows / 8 + row * length + i]! - x[point / 8 + i]!;
          sums[i & 3]! += d * d * x[weights / 8 + i]!;
        }
        x[out / 8 + row] = sums[0]! + sums[2]! + (sums[1]! + sums[3]!);
      }
    },

    squaredLengths(a, b, c, rowPanels, inner, limits, out) {
      const x = doubles();
      for (let panel = 0; panel < rowPanels; panel++) {
        const from = a / 8 + 4 * inner * panel;
        const to = out / 8 + 4 * panel;
        const limit = limits / 8 + 4 * panel;
        const sums = new Float64Array(8);
        for (let col = 0, at = b / 8; col < inner; col += 4) {
          for (let row = 0; row < 4; row++) {
            const values = [0, 1, 2, 3].map(lane => {
              let value = x[c / 8 + col + lane]!;
              for (let i = 0; i < 4 * (col + 4); i += 4) value += x[from + i + row]! * x[at + i + lane]!;
              return value * value;
            });
            sums[2 * row]! += values[0]! + values[2]!;
            sums[2 * row + 1]! += values[1]! + values[3]!;
            x[to + row] = sums[2 * row]! + sums[2 * row + 1]!;
          }
          at += 4 * (col + 4);
          if ([0, 1, 2, 3].every(row => !(x[to + row]! <= x[limit + row]!))) break;
        }
      }
    },

    addWeighted(rows, count, length, weights, sums) {
      const x = doubles();
      for (let row = 0; row < count; row++) {
        const weight = x[weights / 8 + row]!;
        for (let i = 0; weight !== 0 && i < length; i++)
          x[sums / 8 + i]! += weight * x[rows / 8 + row * length + i]!;
      }
    },

    addWeightedSquares(rows, count, length, weights, point, sums) {
      const x = doubles();
      for (let row = 0; row < count; row++) {
        const weight = x[weights / 8 + row]!;
        for (let i = 0; weight !== 0 && i < length; i++) {
          const d = x[rows / 8 + row * length + i]! - x[point / 8 + i]!;
          x[sums / 8 + i]! += weight * (d * d);
        }
      }
    },

    squaresFromProducts(products, squares, count, square, least) {
      const x = doubles();
      let areFar = 1;
      for (let i = 0; i < count; i++) {
        const both = square + x[squares / 8 + i]!;
        const product = x[products / 8 + i]!;
        const distance = both - (product + product);
        x[products / 8 + i] = distance;
        if (distance <= least * both) areFar = 0;
      }
      return areFar;
    },

    addRoots(squares, count, sums) {
      const x = doubles();
      const totals = [0, 0];
      for (let i = 0; i < count; i++) {
        const root = Math.sqrt(x[squares / 8 + i]!);
        x[sums / 8 + i]! += root;
        totals[i & 1]! += root;
      }
      return totals[0]! + totals[1]!;
    },
  };
}

function squaredDistance(x: Float64Array, a: number, b: number, length: number): number {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < length; i++) {
    const d = x[a + i]! - x[b + i]!;
    sums[i & 3]! += d * d;
  }
  return sums[0]! + sums[2]! + (sums[1]! + sums[3]!);
}
