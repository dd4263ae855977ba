import type { Image } from './image.js';

/** What makes features of pictures. */
export interface ImageEncoder {
  /**
   * What made the features: the kind, and what tells its weights, layer and tiling apart. Features of different ids are
   * never compared.
   */
  readonly id: string;
  /** Numbers that a picture becomes. */
  readonly dimensions: number;
  /**
   * Features of pictures of any sizes, `[images, dimensions]`. A picture's features are the same bits whatever pictures are
   * beside it.
   * @throws PlantsenseError IMAGE_INVALID for a picture that has no features
   */
  encode(images: readonly Image[]): Promise<Float32Array>;
  /**
   * Tells, quickly, whether a picture has features. Encoders without it take every picture.
   * @throws PlantsenseError IMAGE_INVALID for one that `encode` would refuse
   */
  check?(image: Image): void;
  /** Frees what it computes with; it can't be used afterwards. */
  dispose(): void;
}
