import type { Image } from '../image.js';
import type { ImageEncoder } from '../image-encoder.js';
import { measuredSize, TEXTURE_DIMENSIONS, textureFeatures } from './texture-features.js';

/** Encodes pictures by {@link textureFeatures}: by hand-made rules, without weights. */
export class TextureEncoder implements ImageEncoder {
  readonly id = 'texture-1';
  readonly dimensions = TEXTURE_DIMENSIONS;

  async encode(images: readonly Image[]): Promise<Float32Array> {
    const features = new Float32Array(images.length * TEXTURE_DIMENSIONS);
    images.forEach((image, i) => {
      features.set(textureFeatures(image), i * TEXTURE_DIMENSIONS);
    });
    return features;
  }

  check(image: Image): void {
    measuredSize(image);
  }

  dispose(): void {}
}
