import { type Matrix64, zeros } from '../matrix.js';
import type { Workspace } from './workspace.js';

/** Rows that are turned at once. */
const LANES = 8;
/** Sweeps that are collected before the vectors are turned, so that these stay in the cache. */
const SWEEPS = 48;

/** What the sweeps of turns go to: rotations of neighbouring columns. */
export interface Turning {
  /** Where the next sweep puts cosine and sine of its turn i: at 2i and 2i + 1, for matrices of this size. */
  room(size: number): Float64Array;
  /** A sweep has put its turns of columns `first` to `last` there; the last pair was turned first. */
  done(first: number, last: number): void;
}

/** The vectors, which turn with the sweeps: many sweeps at a time. */
export class TurnedVectors implements Turning {
  readonly #workspace: Workspace;
  readonly #n: number;
  readonly #panels: number;
  readonly #vectorsAt: number;
  readonly #turnsAt: number;
  readonly #turns: Float64Array;
  readonly #sweeps: { readonly turnsAt: number; readonly first: number; readonly last: number }[] = [];

  constructor(workspace: Workspace, q: Matrix64) {
    const n = q.rows;
    this.#workspace = workspace;
    this.#n = n;
    this.#panels = Math.ceil(n / LANES);
    this.#vectorsAt = workspace.allocate(this.#panels * LANES * n);
    this.#turnsAt = workspace.allocate(2 * n * SWEEPS);
    this.#turns = workspace.doubles(this.#turnsAt, 2 * n * SWEEPS);
    const vectors = this.#vectors().fill(0);
    for (let row = 0; row < n; row++)
      for (let col = 0; col < n; col++) vectors[this.#index(row, col)] = q.data[row * n + col]!;
  }

  room(): Float64Array {
    if (this.#sweeps.length === SWEEPS) this.#flush();
    const start = this.#sweeps.length * 2 * this.#n;
    return this.#turns.subarray(start, start + 2 * this.#n);
  }

  done(first: number, last: number): void {
    if (first === last) return;
    const turnsAt = this.#turnsAt + this.#sweeps.length * 16 * this.#n;
    this.#sweeps.push({ turnsAt, first, last });
  }

  #flush(): void {
    const { kernels } = this.#workspace;
    const column = 8 * LANES;
    for (let panel = 0; panel < this.#panels; panel++) {
      const at = this.#vectorsAt + panel * column * this.#n;
      for (const { turnsAt, first, last } of this.#sweeps)
        kernels.rotate(at + (last - 1) * column, turnsAt + 16 * (last - 1), at + first * column);
    }
    this.#sweeps.length = 0;
  }

  /** The vectors after all turns. */
  matrix(): Matrix64 {
    this.#flush();
    const n = this.#n;
    const out = zeros(n, n);
    const vectors = this.#vectors();
    for (let row = 0; row < n; row++)
      for (let col = 0; col < n; col++) out.data[row * n + col] = vectors[this.#index(row, col)]!;
    return out;
  }

  #vectors(): Float64Array {
    return this.#workspace.doubles(this.#vectorsAt, this.#panels * LANES * this.#n);
  }

  #index(row: number, col: number): number {
    return (Math.floor(row / LANES) * this.#n + col) * LANES + (row % LANES);
  }
}

/** Keeps the turns, so that in the end a few vectors can be turned back through all of them. Takes about 8 n² bytes. */
export class RecordedTurns implements Turning {
  readonly #sweeps: { readonly turns: Float64Array; readonly first: number }[] = [];
  #room = new Float64Array(0);

  room(size: number): Float64Array {
    if (this.#room.length < 2 * size) this.#room = new Float64Array(2 * size);
    return this.#room;
  }

  done(first: number, last: number): void {
    this.#sweeps.push({ turns: this.#room.slice(2 * first, 2 * last), first });
  }

  /** Multiplies all turns, in their order, with the columns of a matrix from the right: the last turn comes first. */
  turnBack({ data, cols }: Matrix64): void {
    for (let sweep = this.#sweeps.length - 1; sweep >= 0; sweep--) {
      const { turns, first } = this.#sweeps[sweep]!;
      let low = first * cols;
      for (let turn = 0; turn < turns.length; turn += 2) {
        const cos = turns[turn]!;
        const sin = turns[turn + 1]!;
        const high = low + cols;
        for (let col = 0; col < cols; col++) {
          const below = data[low + col]!;
          const above = data[high + col]!;
          data[low + col] = cos * below + sin * above;
          data[high + col] = cos * above - sin * below;
        }
        low = high;
      }
    }
  }
}
