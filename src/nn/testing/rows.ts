import { Random } from '../../random.js';
import { memorySource, type RowSource } from '../training/row-source.js';

/** Small spectrograms in groups, row by row in turn: each group has a bright band of its own, in noise. */
export function groupedRows(rows: number, groups: number, shape: readonly [number, number] = [16, 20]) {
  const random = new Random(7);
  const [bands, frames] = shape;
  const data = new Float32Array(rows * bands * frames);
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / (bands * frames));
    const band = Math.floor((i % (bands * frames)) / frames);
    const bright = Math.floor(((row % groups) + 0.5) * (bands / groups));
    data[i] = -40 + 3 * random.normal() + (Math.abs(band - bright) <= 1 ? 25 : 0);
  }
  const source: RowSource = memorySource(data, shape);
  return { data, source, truth: Int32Array.from({ length: rows }, (_, row) => row % groups) };
}
