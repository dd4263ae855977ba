import type { Encoder } from '../../nn/conv-sdae/encoder.js';
import type { Image } from '../image.js';
import type { ImageEncoder } from '../image-encoder.js';
import { greyRows, greySquare } from './grey-rows.js';

/** Features by a Conv-SDAE that was trained on the plant's own pictures: its latents of them, in grey and square. */
export class ConvSdaeImageEncoder implements ImageEncoder {
  readonly id: string;
  readonly #network: Encoder;

  /** @param network of rows `[side, side, 1]` */
  constructor(id: string, network: Encoder) {
    this.id = id;
    this.#network = network;
  }

  get dimensions(): number {
    return this.#network.architecture.latentDim;
  }

  /** Height and width that it sees, in pixels. */
  get sizePx(): number {
    return this.#network.architecture.shape[0]!;
  }

  async encode(images: readonly Image[]): Promise<Float32Array> {
    const size = this.sizePx ** 2;
    const squares = new Uint8Array(images.length * size);
    images.forEach((image, i) => {
      squares.set(greySquare(image, this.sizePx), i * size);
    });
    return (await this.#network.encode(greyRows(squares, this.sizePx))).data;
  }

  dispose(): void {
    this.#network.dispose();
  }
}
