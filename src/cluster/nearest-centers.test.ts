import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../random.js';
import { inWorkspace } from './linear-algebra/workspace.js';
import { type Matrix, squaredDistance } from './matrix.js';
import { NearestCenters } from './nearest-centers.js';
import { Points } from './points.js';
import { RoundedPoints } from './rounded-points.js';
import { randomMatrix } from './testing/random-matrix.js';

/** By all distances. */
function nearest(x: Matrix, centers: Float64Array): number[] {
  return Array.from({ length: x.rows }, (_, row) => {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let center = 0; center < centers.length / x.cols; center++) {
      const distance = squaredDistance(x.data, row * x.cols, centers, center * x.cols, x.cols);
      if (distance < least) {
        least = distance;
        best = center;
      }
    }
    return best;
  });
}

describe('NearestCenters', () => {
  // Whole numbers, so that many distances are equal and both ways compute them without rounding.
  it('finds the first of the nearest centres wherever the centres go, with and without rounded points', () => {
    const small = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        small,
        small,
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        fc.boolean(),
        (cols, k, rows, seed, isRounded) => {
          const random = new Random(seed);
          const whole = (length: number) => Float64Array.from({ length }, () => random.int(7));
          const x = { data: whole(rows * cols), rows, cols };
          inWorkspace(workspace => {
            const points = new Points(workspace, x);
            const centers = new Points(workspace, { data: whole(k * cols), rows: k, cols });
            const found = new NearestCenters(points, centers, isRounded ? new RoundedPoints(points) : null);
            for (let step = 0; step < 6; step++) {
              const before = [...found.labels];
              const changed = found.assign();
              const expected = nearest(x, centers.matrix().data);
              expect([...found.labels]).toEqual(expected);
              expect(changed).toBe(expected.filter((label, row) => label !== before[row]).length);
              const view = centers.view();
              const shifts = Float64Array.from({ length: k }, (_, center) => {
                // Some stay where they are.
                if (random.next() < 0.3) return 0;
                const at = center * centers.length + random.int(cols);
                const move = random.int(5) - 2;
                view[at]! += move;
                return Math.abs(move);
              });
              found.follow(shifts);
            }
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('measures the distance of a point to its centre', () => {
    const x = randomMatrix(10, 5, 1);
    inWorkspace(workspace => {
      const found = new NearestCenters(
        new Points(workspace, x),
        new Points(workspace, randomMatrix(3, 5, 2)),
      );
      found.assign();
      const center = found.labels[4]! * 5;
      expect(found.squaredDistance(4)).toBeCloseTo(
        squaredDistance(x.data, 20, randomMatrix(3, 5, 2).data, center, 5),
        12,
      );
    });
  });
});
