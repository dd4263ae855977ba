import type { Image } from '../image.js';
import { resizeBilinear } from '../resize.js';
import { PREPROCESSING_STEPS, type Preprocessing } from './preprocessing.js';

/** What a network takes. */
export interface InputForm {
  /** Height and width in pixels. */
  readonly sizePx: number;
  readonly preprocess: Preprocessing;
}

/**
 * A picture as a network takes it: resized, grey in three equal channels, 16 bits scaled to 0 to 255, preprocessed.
 * @param input is filled: `[sizePx, sizePx, 3]`
 */
export function fillInput(image: Image, { sizePx, preprocess }: InputForm, input: Float32Array): void {
  const { data, channels } = resizeBilinear(image, sizePx, sizePx);
  const { order, divisor, means } = PREPROCESSING_STEPS[preprocess];
  const scale = data instanceof Uint16Array ? 65_535 / 255 : 1;
  for (let channel = 0; channel < 3; channel++) {
    const mean = means[channel]!;
    let from = channels === 3 ? order[channel]! : 0;
    for (let i = channel; i < input.length; i += 3, from += channels)
      input[i] = data[from]! / scale / divisor - mean;
  }
}
