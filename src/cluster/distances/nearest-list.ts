/** The nearest that rows have met so far, for each row the nearest first. */
export class NearestList {
  /** `[rows, count]` */
  readonly indices: Int32Array;
  readonly #distances: Float64Array;
  readonly #count: number;

  /** @param count how many are kept for each row, from 1 */
  constructor(rows: number, count: number) {
    this.#count = count;
    this.indices = new Int32Array(rows * count);
    this.#distances = new Float64Array(rows * count).fill(Number.POSITIVE_INFINITY);
  }

  clear(): void {
    this.#distances.fill(Number.POSITIVE_INFINITY);
  }

  /** The distance of the last one that is kept; infinite while there are fewer. */
  farthest(row: number): number {
    return this.#distances[row * this.#count + this.#count - 1]!;
  }

  /** Keeps `other` if it is nearer than one that is kept. Among equally near ones those that came first stay. */
  offer(row: number, other: number, distance: number): void {
    const start = row * this.#count;
    let at = start + this.#count - 1;
    const distances = this.#distances;
    if (!(distance < distances[at]!)) return;
    while (at > start && distances[at - 1]! > distance) {
      distances[at] = distances[at - 1]!;
      this.indices[at] = this.indices[at - 1]!;
      at--;
    }
    distances[at] = distance;
    this.indices[at] = other;
  }

  /** Offers a row and each one behind it to each other. @param distances of the row, by the index of the other */
  offerBoth(row: number, distances: Int32Array): void {
    const last = this.#count - 1;
    const all = this.#distances;
    let own = this.farthest(row);
    for (let other = row + 1; other < distances.length; other++) {
      const distance = distances[other]!;
      if (distance < own) {
        this.offer(row, other, distance);
        own = this.farthest(row);
      }
      if (distance < all[other * this.#count + last]!) this.offer(other, row, distance);
    }
  }
}
