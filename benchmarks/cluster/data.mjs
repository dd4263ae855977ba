import { Random } from '../../dist/random.js';

/**
 * Rows in groups that overlap a little, as latents and features of a plant are: the features of a row depend on few
 * common factors, and groups differ in size.
 *
 * @param spread standard deviation of the noise of each feature, where centres are 1 apart in each
 */
export function overlappingGroups({ rows, cols, groups, spread, seed }) {
  const random = new Random(seed);
  const factors = 8;
  const normals = count => Float64Array.from({ length: count }, () => random.normal());
  const centers = normals(groups * cols);
  const loadings = normals(factors * cols);
  const labels = new Int32Array(rows);
  const data = new Float64Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    // Later groups are smaller.
    const group = Math.floor(groups * random.next() ** 1.5);
    labels[row] = group;
    const common = normals(factors);
    for (let col = 0; col < cols; col++) {
      let value = centers[group * cols + col] + spread * random.normal();
      for (let i = 0; i < factors; i++) value += 0.3 * common[i] * loadings[i * cols + col];
      data[row * cols + col] = value;
    }
  }
  return { x: { data, rows, cols }, labels };
}
