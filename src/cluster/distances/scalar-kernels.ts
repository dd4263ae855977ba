import type { Kernels } from './row-groups.js';

const DOUBLE = 8;
const GROUP = 4;

/** What `kernels.wat` computes, without SIMD and to the same bits. */
export function scalarKernels(memory: Float64Array): Kernels {
  /** Fills a strip with sums over the columns of what is made of two numbers. */
  const strip = (term: (a: number, b: number) => number): Kernels['squaredDistances'] => {
    return (a, b, groups, cols, out, stride) => {
      for (let row = 0; row < GROUP; row++) {
        for (let other = 0; other < GROUP * groups; other++) {
          let left = a / DOUBLE + row;
          let right = b / DOUBLE + Math.floor(other / GROUP) * GROUP * cols + (other % GROUP);
          let sum = 0;
          for (let col = 0; col < cols; col++) {
            sum += term(memory[left]!, memory[right]!);
            left += GROUP;
            right += GROUP;
          }
          memory[(out + row * stride) / DOUBLE + other] = sum;
        }
      }
    };
  };
  return {
    squaredDistances: strip((a, b) => (b - a) * (b - a)),
    innerProducts: strip((a, b) => a * b),
    subtractCombinations(a, b, groups, cols, shares, stride) {
      for (let other = 0; other < GROUP * groups; other++) {
        const right = b / DOUBLE + Math.floor(other / GROUP) * GROUP * cols + (other % GROUP);
        for (let row = 0; row < GROUP; row++) {
          const share = memory[(shares + row * stride) / DOUBLE + other]!;
          const left = a / DOUBLE + row;
          for (let i = 0; i < GROUP * cols; i += GROUP) memory[left + i]! -= share * memory[right + i]!;
        }
      }
    },
  };
}
