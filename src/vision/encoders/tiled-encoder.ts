import type { Image } from '../image.js';
import type { ImageEncoder } from '../image-encoder.js';
import { type TileGrid, tileImage } from '../tiles.js';
import type { TilePooling } from './tile-pooling.js';

/** Cuts each picture into tiles, and pools the features that another encoder makes of them. */
export class TiledEncoder implements ImageEncoder {
  readonly id: string;
  readonly dimensions: number;
  readonly #encoder: ImageEncoder;
  readonly #grid: TileGrid;
  readonly #pooling: TilePooling;

  constructor(encoder: ImageEncoder, grid: TileGrid, pooling: TilePooling) {
    this.#encoder = encoder;
    this.#grid = grid;
    this.#pooling = pooling;
    this.id = `${encoder.id}-tiles${grid.rows}x${grid.columns}-${pooling}`;
    this.dimensions = encoder.dimensions;
  }

  async encode(images: readonly Image[]): Promise<Float32Array> {
    const tiles = images.flatMap(image => tileImage(image, this.#grid));
    const features = await this.#encoder.encode(tiles);
    const count = this.#grid.rows * this.#grid.columns;
    const pooled = new Float32Array(images.length * this.dimensions);
    for (let i = 0; i < pooled.length; i++) {
      const image = Math.floor(i / this.dimensions);
      const first = image * count * this.dimensions + (i % this.dimensions);
      pooled[i] = this.#pool(features, first, count);
    }
    return pooled;
  }

  check(image: Image): void {
    for (const tile of tileImage(image, this.#grid)) this.#encoder.check?.(tile);
  }

  dispose(): void {
    this.#encoder.dispose();
  }

  #pool(features: Float32Array, first: number, count: number): number {
    let sum = 0;
    let largest = Number.NEGATIVE_INFINITY;
    for (let tile = 0; tile < count; tile++) {
      const value = features[first + tile * this.dimensions]!;
      sum += value;
      largest = Math.max(largest, value);
    }
    return this.#pooling === 'max' ? largest : sum / count;
  }
}
